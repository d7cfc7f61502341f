import { escapeLine } from '../model/escape.js';
import type { Finding, Plan } from '../model/plan.js';
import { alignColumns } from './columns.js';

/** A network of a proxy: whether it is on it, should be or should no longer be, and why. */
export interface ListedMembership {
  readonly network: string;
  readonly state: 'joined' | 'to join' | 'to leave' | 'stale';
  readonly reason: string;
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

/** Reads the listing off the plan: what it keeps, what it would do, and what it does not count. */
export function listProxy(proxy: string, plan: Plan): ListedProxy {
  const memberships: ListedMembership[] = [];
  for (const finding of plan.findings) {
    if (finding.find === 'kept' && finding.network !== undefined) {
      memberships.push({ network: finding.network, state: 'joined', reason: finding.reason });
    }
  }
  for (const step of plan.steps) {
    if (step.do !== 'connect' && step.do !== 'disconnect') continue;
    const state = step.do === 'connect' ? 'to join' : step.stale ? 'stale' : 'to leave';
    memberships.push({ network: step.network.name, state, reason: step.reason });
  }
  return {
    proxy,
    memberships: memberships.sort((a, b) => (a.network < b.network ? -1 : 1)),
    unreachable: plan.findings
      .filter(finding => finding.find === 'ignored')
      .map(({ container = '', reason }) => ({ container, reason })),
    notes: plan.findings
      .filter(finding => !['kept', 'ignored'].includes(finding.find))
      .map(finding => ({ ...finding, hints: finding.hints ?? [] })),
  };
}

export function proxyListLines(proxies: readonly ListedProxy[]): string[] {
  return proxies.flatMap(({ proxy, memberships, unreachable, notes }) => [
    escapeLine(proxy),
    ...notes.flatMap(({ reason, hints = [] }) => [
      `  ! ${escapeLine(reason)}`,
      ...hints.map(hint => `      ${escapeLine(hint)}`),
    ]),
    ...alignColumns(
      memberships.map(({ network, state, reason }) => [
        `  ${escapeLine(network)}`,
        state,
        escapeLine(reason),
      ]),
    ),
    ...(unreachable.length > 0 ? ['  not routed to:'] : []),
    ...alignColumns(
      unreachable.map(({ container, reason }) => [`    ${escapeLine(container)}`, escapeLine(reason)]),
    ),
  ]);
}
