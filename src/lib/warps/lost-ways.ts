import type { Container } from '../model/container.js';
import { processOf } from '../model/container-process.js';
import type { ContainerProcess } from '../model/namespace.js';
import { backstopMetric, type PolicyRoute, type RoutingState, type ViaRoute } from '../model/routing.js';
import type { SetRouting } from '../model/step.js';
import type { World } from '../model/world.js';
import { holderOf } from './by-hand.js';
import { routingChanges } from './changes.js';
import { warpOfWay } from './target-state.js';

/** What is in a container's namespace, as far as this run knows. */
export interface KnownRouting {
  readonly container: ContainerProcess;
  readonly routing: RoutingState;
}

/** What was read in the namespaces of those who run. */
export function knownRouting({
  kernel,
  containers = [],
}: Partial<Pick<World, 'kernel' | 'containers'>>): KnownRouting[] {
  return containers.flatMap(each => {
    const reading = kernel?.namespaces.get(each.id);
    const container = processOf(each);
    return container && reading?.read === 'state' ? [{ container, routing: reading.state.routing }] : [];
  });
}

/** Without these ways, and with what ends their traffic where it is missing. */
function withoutLost({ routes, ...others }: RoutingState, lost: readonly ViaRoute[]): RoutingState {
  const kept = routes.filter(route => !lost.some(way => way === route));
  const ends = new Map(
    lost.map(({ family, table }): [string, PolicyRoute] => [
      `${family} ${String(table)}`,
      { type: 'unreachable', family, table, metric: backstopMetric },
    ]),
  );
  for (const { type, family, table } of kept)
    if (type === 'unreachable') ends.delete(`${family} ${String(table)}`);
  return { ...others, routes: [...kept, ...ends.values()] };
}

/**
 * What closes the ways to addresses that are not their warps' any more, and changes nothing else: for while a run is at
 * something that takes long, since an engine gives such an address to the next that starts (engine fact E27).
 */
export function planLostWays(known: Iterable<KnownRouting>, containers: readonly Container[]): SetRouting[] {
  return [...known].flatMap(({ container, routing }): SetRouting[] => {
    const lost = routing.routes.filter(
      (route): route is ViaRoute => route.type === 'via' && !holderOf(route, containers),
    );
    if (lost.length === 0) return [];
    const wanted = withoutLost(routing, lost);
    const warps = new Set(lost.map(way => warpOfWay(way, containers)?.name ?? `table ${String(way.table)}`));
    return [
      {
        do: 'set-routing',
        job: 'warps',
        container,
        routes: [...warps].map(via => ({ via, rules: [], open: false })),
        routing: wanted,
        changes: routingChanges(routing, wanted),
        reason: 'its warp has gone meanwhile: blocked',
      },
    ];
  });
}
