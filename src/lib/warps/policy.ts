import type { RoutingRule } from '../config/routing-rule.js';
import type { NamespaceState } from '../model/namespace.js';
import type { ReplyMarking, RoutingState } from '../model/routing.js';
import { parsePrefix } from '../net/prefix.js';
import type { ByHandRouting, ByHandTable } from './by-hand.js';
import { type Gateways, gatewaysTo } from './gateways.js';
import { layOut } from './layout.js';
import type { Route, RoutedTarget } from './route.js';
import type { Selection } from './rule-order.js';
import { assignTables, tableOf, type TableUse } from './tables.js';

export interface RoutingOptions {
  /** First priority of the rules. */
  readonly base: number;
  /** Whether connections that come in from outside are answered the way they came. */
  readonly marksReplies: boolean;
  /** What was routed in this namespace on the command line and stays, beside what the target's routes say. */
  readonly byHand?: ByHandRouting;
}

/** A route whose traffic is blocked. */
export interface ClosedRoute {
  readonly route: Route;
  readonly why: string;
}

export type RoutingReading =
  | { readonly ok: true; readonly routing: RoutingState; readonly closed: readonly ClosedRoute[] }
  | { readonly ok: false; readonly why: string; readonly hints: readonly string[] };

/**
 * What should be in the namespace of a target: all of it, and nothing else of ours. A warp that cannot be reached
 * keeps its table and its rules without a way out of them, so that its traffic is blocked and not let past it.
 */
export function routingFor(
  target: Pick<RoutedTarget, 'routes'>,
  state: Pick<NamespaceState, 'links'> | undefined,
  { base, marksReplies, byHand = { tables: [], bypass: [] } }: RoutingOptions,
): RoutingReading {
  const { routes } = target;
  const kept = byHand.tables.filter(table => !routes.some(route => isGivenAnew(table, route)));
  const tableFor = assignTables(routes.map(tableUse), new Set(kept.map(({ table }) => table)));
  const ways = routes.map((route): [Route, Gateways] => [
    route,
    gatewaysTo(route, tableFor(tableUse(route)), state?.links),
  ]);
  const vias = ways.flatMap(([, way]) => ('vias' in way ? way.vias : []));
  const open = ways.flatMap(([{ passage }, way]) => ('vias' in way && passage ? [passage] : []));
  const replies = marksReplies && markingFor([...open, ...kept.filter(({ vias: own }) => own.length > 0)]);
  const laidOut = layOut({
    base,
    selections: [
      ...routes.flatMap(route => selectionsOf(route, tableFor(tableUse(route)), routes)),
      ...kept.flatMap(({ selections }) => selections),
    ],
    bypass: routes.flatMap(route => (route.origin === 'command' ? [] : route.bypass)),
    bypassByHand: [
      ...routes.flatMap(route => (route.origin === 'command' ? route.bypass : [])),
      ...(kept.length > 0 ? byHand.bypass : []),
    ],
    vias: [...vias, ...kept.flatMap(({ vias: own }) => own)],
    ...(replies && { replies }),
  });
  if (!laidOut.ok) return laidOut;
  const closed = ways.flatMap(([route, way]) => ('closed' in way ? [{ route, why: way.closed }] : []));
  return { ...laidOut, closed };
}

function tableUse({ warp, origin }: Route): TableUse {
  return { warpName: warp.name, origin };
}

/** What is routed by hand once more replaces what was routed so before, also where the warp was recreated since. */
function isGivenAnew({ table, warp }: ByHandTable, { origin, warp: { id, name } }: Route): boolean {
  if (origin !== 'command') return false;
  return warp?.name === name || (table === tableOf(name, origin) && (!warp || warp.id === id));
}

/**
 * What comes in through a warp is answered through it, and only its MAC address tells (kernel fact 4). Where that
 * is not known nothing is marked: replies are then blocked or go through the warp, but never past it.
 */
function markingFor(warps: readonly { readonly mac?: string }[]): ReplyMarking | undefined {
  const macs = warps.flatMap(({ mac }) => mac ?? []);
  return macs.length < warps.length ? undefined : { warpMacs: [...new Set(macs)].sort() };
}

function selectionsOf(route: Route, table: number, routes: readonly Route[]): Selection[] {
  return [...route.rules, ...impliedRules(route, routes)].flatMap(({ to, protocol, ports }): Selection[] => {
    const selection = { to, ...(protocol && { protocol }), table };
    return ports ? ports.map(span => ({ ...selection, ports: span })) : [selection];
  });
}

const everythingV6 = parsePrefix('::/0');

/**
 * Whoever routes everything and speaks of IPv4 alone has forgotten IPv6, which would go past the warp: it is routed
 * too, unless another route says where it goes.
 */
function impliedRules(route: Route, routes: readonly Route[]): RoutingRule[] {
  const forgets =
    route.rules.some(isEverything) &&
    !route.rules.some(({ to }) => to.family === 6) &&
    !routes.some(({ rules }) => rules.some(rule => rule.to.family === 6 && isEverything(rule)));
  return forgets && everythingV6.ok ? [{ to: everythingV6.prefix }] : [];
}

function isEverything({ to, protocol }: RoutingRule): boolean {
  return to.length === 0 && protocol === undefined;
}
