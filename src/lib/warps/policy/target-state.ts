import type { Container } from '../../model/container.js';
import { backstopMetric, noRouting, type RoutingState, type ViaRoute } from '../../model/routing.js';
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

/** The container whose address a way out led to when it was set. */
export function warpOfWay({ metric }: ViaRoute, containers: readonly Container[]): Container | undefined {
  return containers.find(({ id }) => warpMetric(id) === metric);
}

/**
 * What is there without the ways to these warps, and to addresses that are their warp's no more. It is what becomes
 * of a target that is refused: it stays as closed as it is, and nothing is sent to strangers (engine fact E27).
 */
export function withoutWays(
  routing: RoutingState,
  shut: ReadonlySet<string>,
  containers: readonly Container[],
): RoutingState {
  return closing(routing, route => {
    const warp = warpOfWay(route, containers);
    return warp === undefined || shut.has(warp.id) || holderOf(route, containers) === undefined;
  });
}

/** The same without some of its ways: where nothing else ends what they led on, it would go past all of them. */
export function closing(routing: RoutingState, isClosed: (way: ViaRoute) => boolean): RoutingState {
  const closed = routing.routes.filter((route): route is ViaRoute => route.type === 'via' && isClosed(route));
  const ends = routing.routes.filter(({ type }) => type === 'unreachable');
  for (const { family, table } of closed) {
    if (ends.some(end => end.family === family && end.table === table)) continue;
    ends.push({ type: 'unreachable', family, table, metric: backstopMetric });
  }
  const kept = routing.routes.filter(route => !closed.some(way => way === route));
  return { ...routing, routes: [...kept, ...ends.filter(end => !kept.includes(end))] };
}
