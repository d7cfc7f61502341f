import type { NamespaceState } from '../../model/namespace.js';
import type { ReplyMarking, RoutingState } from '../../model/routing.js';
import type { ByHandRouting, ByHandTable } from './by-hand.js';
import { type Gateways, gatewaysTo } from './gateways.js';
import { layOut } from './layout.js';
import type { Route, RoutedTarget } from '../routes/route.js';
import { selectionsOf } from './selections.js';
import { assignTables, tableOf, type TableUse } from './tables.js';

export interface RoutingOptions {
  /** First priority of the rules. */
  readonly base: number;
  /** How connections that come in from outside are told, to be answered the way they came; absent: they are not. */
  readonly replies?: ReplyMarking | undefined;
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
  state: Pick<NamespaceState, 'links' | 'lacksIpv6'> | undefined,
  { base, replies, byHand = { tables: [], bypass: [] } }: RoutingOptions,
): RoutingReading {
  const { routes } = target;
  const kept = byHand.tables.filter(table => !routes.some(route => isGivenAnew(table, route)));
  const tableFor = assignTables(routes.map(tableUse), new Set(kept.map(({ table }) => table)));
  const ways = routes.map((route): [Route, Gateways] => [
    route,
    gatewaysTo(route, tableFor(tableUse(route)), state?.links),
  ]);
  const vias = ways.flatMap(([, way]) => ('vias' in way ? way.vias : []));
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
  return { ok: true, routing: state?.lacksIpv6 ? withoutIpv6(laidOut.routing) : laidOut.routing, closed };
}

/** Where the kernel has no IPv6 nothing leaves by it, and what cannot be placed would keep the rest from being placed. */
function withoutIpv6({ rules, routes, ...others }: RoutingState): RoutingState {
  return {
    ...others,
    rules: rules.filter(({ family }) => family === 'ipv4'),
    routes: routes.filter(({ family }) => family === 'ipv4'),
  };
}

function tableUse({ warp, origin }: Route): TableUse {
  return { warpName: warp.name, origin };
}

/** What is routed by hand once more replaces what was routed so before, also where the warp was recreated since. */
function isGivenAnew({ table, warp }: ByHandTable, { origin, warp: { id, name } }: Route): boolean {
  if (origin !== 'command') return false;
  return warp?.name === name || (table === tableOf(name, origin) && (!warp || warp.id === id));
}
