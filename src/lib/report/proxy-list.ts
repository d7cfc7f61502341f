import { escapeLine } from '../model/escape.js';
import type { Finding } from '../model/plan.js';
import { alignColumns } from './columns.js';

/** A network of a proxy: who put it there, or what a pass would do about it, and why. */
export interface ListedMembership {
  readonly network: string;
  readonly state: 'home' | 'joined' | 'connected' | 'to join' | 'to leave' | 'stale';
  readonly reason: string;
  /** The containers it is routed to there, the first of them named in the reason. */
  readonly containers: readonly string[];
}

/** What `proxy list` tells of one proxy. */
export interface ListedProxy {
  readonly proxy: string;
  readonly memberships: readonly ListedMembership[];
  /** Containers that look as if they should be routed to and are not. */
  readonly unreachable: readonly { readonly container: string; readonly reason: string }[];
  /** What stands in the way of the proxy itself. */
  readonly notes: readonly Finding[];
}

/** Further containers of a network that are named; `--json` has all of them. */
const shownContainers = 9;

function membershipRows({ network, state, reason, containers }: ListedMembership): string[][] {
  const [, ...further] = containers;
  const rest = further.length - shownContainers;
  // The summary counts them, the lines below name them.
  const first = further.length > 0 ? reason.replace(/ and \d+ more/, '') : reason;
  return [
    [`  ${escapeLine(network)}`, state, escapeLine(first)],
    ...further.slice(0, shownContainers).map(container => ['', '', `       ${escapeLine(container)}`]),
    ...(rest > 0 ? [['', '', `       and ${String(rest)} more`]] : []),
  ];
}

function noteLines({ network, reason, hints = [] }: Finding): string[] {
  // A warning names the network it is about.
  const named = network === undefined || reason.includes(network) ? reason : `${network}: ${reason}`;
  return [`  ! ${escapeLine(named)}`, ...hints.map(hint => `      ${escapeLine(hint)}`)];
}

export function proxyListLines(proxies: readonly ListedProxy[]): string[] {
  return proxies.flatMap(({ proxy, memberships, unreachable, notes }) => [
    escapeLine(proxy),
    ...notes.flatMap(noteLines),
    ...alignColumns(memberships.flatMap(membershipRows)),
    ...(unreachable.length > 0 ? ['  not routed to:'] : []),
    ...alignColumns(
      unreachable.map(({ container, reason }) => [`    ${escapeLine(container)}`, escapeLine(reason)]),
    ),
  ]);
}

/** The proxies as `--json` has them. */
export function proxyListJson(proxies: readonly ListedProxy[]): Record<string, unknown>[] {
  return proxies.map(({ notes, ...rest }) => ({
    ...rest,
    notes: notes.map(note => ({ ...note, hints: note.hints ?? [] })),
  }));
}
