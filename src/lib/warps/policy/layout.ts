import {
  backstopMetric,
  type Family,
  mainTable,
  type PolicyRoute,
  type PolicyRule,
  type ReplyMarking,
  replyMark,
  type RoutingState,
  noRouting,
  type ViaRoute,
} from '../../model/routing.js';
import type { Prefix } from '../../net/prefix.js';
import { compareSelections, type Selection } from './rule-order.js';

/** Places from the base on. Between what is declared and what was routed by hand, only the place tells. */
const place = { replies: 0, connected: 1, bypass: 10, bypassByHand: 70, selections: 110 };
const room = { bypass: 60, bypassByHand: 40, selections: 600 };

const families: readonly Family[] = ['ipv4', 'ipv6'];

/** All that is routed in one namespace. */
export interface Layout {
  readonly base: number;
  readonly selections: readonly Selection[];
  readonly bypass: readonly Prefix[];
  readonly bypassByHand: readonly Prefix[];
  readonly vias: readonly ViaRoute[];
  readonly replies?: ReplyMarking;
}

export type LaidOut =
  | { readonly ok: true; readonly routing: RoutingState }
  | { readonly ok: false; readonly why: string; readonly hints: readonly string[] };

/**
 * The state of a namespace in which nothing leaves past the warps: first what stays local, for the kernel would
 * otherwise send a container's neighbours through the warp (kernel fact 4), then what is bypassed, then what is
 * routed; and in every table, whether its warp is there or not, a route that ends here. Where nothing is selected
 * nothing is placed, for a namespace with something of ours is found by its tables.
 */
export function layOut(layout: Layout): LaidOut {
  const { selections, vias, replies } = layout;
  if (selections.length === 0) return { ok: true, routing: noRouting };
  const tables = [...new Set(selections.map(({ table }) => table))].sort((a, b) => a - b);
  const rules: PolicyRule[] = [];
  for (const family of families) {
    const crowded = tooMany(layout, family);
    if (crowded) return crowded;
    rules.push(...rulesOf(layout, family));
  }
  const routes = tables.flatMap(table =>
    families.flatMap((family): PolicyRoute[] => [
      ...vias.filter(via => via.table === table && via.family === family),
      { type: 'unreachable', family, table, metric: backstopMetric },
    ]),
  );
  return { ok: true, routing: { rules, routes, ...(replies && { replies }) } };
}

function rulesOf(layout: Layout, family: Family): PolicyRule[] {
  const { base, replies } = layout;
  const toMain = { family, table: mainTable };
  return [
    ...(replies ? [{ ...toMain, priority: base + place.replies, ...byMark(replies) }] : []),
    { ...toMain, priority: base + place.connected, suppressPrefixLength: 0 },
    ...distinct(layout.bypass, family).map((prefix, index) => ({
      ...toMain,
      priority: base + place.bypass + index,
      ...destination(prefix),
    })),
    ...distinct(layout.bypassByHand, family).map((prefix, index) => ({
      ...toMain,
      priority: base + place.bypassByHand + index,
      ...destination(prefix),
    })),
    ...inOrder(layout, family).map(({ to, protocol, ports, table }, index) => ({
      family,
      priority: base + place.selections + index,
      ...destination(to),
      ...(protocol && { protocol }),
      ...(ports && { ports }),
      table,
    })),
  ];
}

/**
 * By this rule it is seen that there is a table of nftables too. Where that marks nothing, nobody who marks a packet
 * himself gets past a warp by it.
 */
function byMark({ gatewayMacs }: ReplyMarking): Pick<PolicyRule, 'mark' | 'suppressPrefixLength'> {
  return { mark: replyMark, ...(gatewayMacs.length === 0 && { suppressPrefixLength: 0 }) };
}

/** Everything is said by saying nothing: the kernel keeps no prefix of length 0. */
function destination({ text, length }: Prefix): Pick<PolicyRule, 'to'> {
  return length === 0 ? {} : { to: text };
}

function inOrder({ selections }: Layout, family: Family): Selection[] {
  const one = new Map<string, Selection>();
  for (const selection of selections)
    if (familyOf(selection.to) === family)
      one.set(`${selectorText(selection)} ${String(selection.table)}`, selection);
  return [...one.values()].sort(compareSelections);
}

/** A selection without its table, as a key. */
export function selectorText({ to, protocol, ports }: Omit<Selection, 'table'>): string {
  return [to.text, protocol, ports && `${String(ports.first)}-${String(ports.last)}`].join(' ');
}

function distinct(prefixes: readonly Prefix[], family: Family): Prefix[] {
  const one = new Map(
    prefixes.filter(prefix => familyOf(prefix) === family).map(prefix => [prefix.text, prefix]),
  );
  return [...one.values()].sort(
    (a, b) => Number(a.first > b.first) - Number(a.first < b.first) || b.length - a.length,
  );
}

export function familyOf(prefix: Prefix): Family {
  return prefix.family === 4 ? 'ipv4' : 'ipv6';
}

function tooMany(layout: Layout, family: Family): LaidOut | undefined {
  const counts = [
    { of: 'routing rules', is: inOrder(layout, family).length, most: room.selections },
    { of: 'bypasses', is: distinct(layout.bypass, family).length, most: room.bypass },
    { of: 'bypasses by hand', is: distinct(layout.bypassByHand, family).length, most: room.bypassByHand },
  ];
  const over = counts.find(({ is, most }) => is > most);
  if (!over) return undefined;
  const why = `it would have ${String(over.is)} ${over.of} in ${names[family]}, and ${String(over.most)} is the most`;
  return { ok: false, why, hints: ['Say the same with fewer, wider prefixes or port ranges.'] };
}

const names: Record<Family, string> = { ipv4: 'IPv4', ipv6: 'IPv6' };

/** Whether a rule is a bypass that was given on the command line: see `place`. */
export function isBypassByHand(rule: PolicyRule, base: number): boolean {
  const from = base + place.bypassByHand;
  return rule.priority >= from && rule.priority < from + room.bypassByHand;
}

/** The base that a namespace's rules were laid out from; a pass that was cut short may have left two. */
export function basesOf(routing: RoutingState): number[] {
  const connected = routing.rules.filter(
    ({ suppressPrefixLength, table, mark }) =>
      suppressPrefixLength === 0 && table === mainTable && mark === undefined,
  );
  return [...new Set(connected.map(({ priority }) => priority - place.connected))];
}
