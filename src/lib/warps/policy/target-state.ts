import type { Container } from '../../model/container.js';
import {
  backstopMetric,
  noRouting,
  type RoutingState,
  type ViaRoute,
  viaRoutes,
} from '../../model/routing.js';
import type { World } from '../../model/world.js';
import { holderOf } from './by-hand.js';
import { warpMetric } from './warp-metric.js';

/** What was read of ours in a container's namespace; undefined where it could not be read. */
export function routingIn({ id }: Container, { kernel }: World): RoutingState | undefined {
  const reading = kernel?.namespaces.get(id);
  return reading?.read === 'state' ? reading.state.routing : undefined;
}

/** Whether anything of ours is there. */
export function holdsRouting({ rules, routes, replies }: RoutingState = noRouting): boolean {
  return rules.length > 0 || routes.length > 0 || replies !== undefined;
}

/** The container that had the gateway's address when the route was set. */
export function warpOfRoute({ metric }: ViaRoute, containers: readonly Container[]): Container | undefined {
  return containers.find(({ id }) => warpMetric(id) === metric);
}

/**
 * The routing without the routes to these warps, and without routes to addresses that their warp no longer has. A target
 * that is refused gets it: it stays as closed as it is, and sends nothing to strangers (engine fact E27).
 */
export function withoutRoutesTo(
  routing: RoutingState,
  shut: ReadonlySet<string>,
  containers: readonly Container[],
): RoutingState {
  return withRoutesBlocked(routing, route => {
    const warp = warpOfRoute(route, containers);
    return warp === undefined || shut.has(warp.id) || holderOf(route, containers) === undefined;
  });
}

/**
 * The routing with some of its routes replaced by a block. Every table that loses a route ends in an `unreachable`: a
 * table without any route would let its traffic go on to the main table, past every warp.
 */
export function withRoutesBlocked(
  routing: RoutingState,
  isBlocked: (route: ViaRoute) => boolean,
): RoutingState {
  const blocked = viaRoutes(routing).filter(isBlocked);
  const ends = routing.routes.filter(({ type }) => type === 'unreachable');
  for (const { family, table } of blocked) {
    if (ends.some(end => end.family === family && end.table === table)) continue;
    ends.push({ type: 'unreachable', family, table, metric: backstopMetric });
  }
  const kept = routing.routes.filter(route => !blocked.some(each => each === route));
  return { ...routing, routes: [...kept, ...ends.filter(end => !kept.includes(end))] };
}
