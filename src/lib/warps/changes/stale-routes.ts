import type { Container } from '../../model/container.js';
import { processOf } from '../../model/container-process.js';
import type { ContainerProcess } from '../../model/namespace.js';
import {
  isViaRoute,
  type RoutingChange,
  type RoutingState,
  type ViaRoute,
  viaRoutes,
} from '../../model/routing.js';
import type { SetRouting } from '../../model/step.js';
import type { World } from '../../model/world.js';
import { holderOf } from '../policy/by-hand.js';
import { routingChanges } from './changes.js';
import { warpOfRoute, withRoutesBlocked } from '../policy/target-state.js';

/** The routing in a container's namespace, as far as this run knows. */
export interface KnownRouting {
  readonly container: ContainerProcess;
  readonly routing: RoutingState;
}

/** The routes that changes remove, where they do nothing but remove routes to warps; else none. */
function onlyRemoved(changes: readonly RoutingChange[]): ViaRoute[] {
  const removed = changes.flatMap(change =>
    change.change === 'delete-route' && isViaRoute(change.route) ? [change.route] : [],
  );
  const ends = changes.filter(change => change.change === 'set-route' && !isViaRoute(change.route));
  return removed.length + ends.length === changes.length ? removed : [];
}

/** Whether changes do nothing but remove routes to warps, and put in place what blocks what they were for. */
export function removesRoutesOnly(changes: readonly RoutingChange[]): boolean {
  return onlyRemoved(changes).length > 0;
}

function isSameRoute(route: ViaRoute, { family, table, metric, gateway, device }: ViaRoute): boolean {
  return (
    route.family === family &&
    route.table === table &&
    route.metric === metric &&
    route.gateway === gateway &&
    route.device === device
  );
}

/**
 * Applies changes that only remove routes to a routing that may have changed since they were planned. The result lacks
 * the same routes, and keeps whatever else was set up since. Returns `undefined` for changes that do more than that.
 */
export function replayClosing(
  changes: readonly RoutingChange[],
  there: RoutingState,
): RoutingState | undefined {
  const removed = onlyRemoved(changes);
  if (removed.length === 0) return undefined;
  return withRoutesBlocked(there, route => removed.some(other => isSameRoute(route, other)));
}

/** What was read in the namespaces of running containers. */
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

/**
 * Plans the removal of routes to addresses that their warps no longer have, and nothing else. An engine gives such an
 * address to the next container that starts (engine fact E27), which may be while a pass is at something that takes long.
 */
export function planStaleRouteRemoval(
  known: Iterable<KnownRouting>,
  containers: readonly Container[],
): SetRouting[] {
  return [...known].flatMap(({ container, routing }): SetRouting[] => {
    const stale = viaRoutes(routing).filter(route => !holderOf(route, containers));
    if (stale.length === 0) return [];
    const wanted = withRoutesBlocked(routing, route => stale.includes(route));
    const warps = stale.map(route => warpOfRoute(route, containers)?.name ?? `table ${String(route.table)}`);
    return [
      {
        do: 'set-routing',
        job: 'warps',
        container,
        routes: [...new Set(warps)].map(via => ({ via, rules: [], open: false })),
        routing: wanted,
        changes: routingChanges(routing, wanted),
        reason: 'its warp has gone meanwhile: blocked',
      },
    ];
  });
}
