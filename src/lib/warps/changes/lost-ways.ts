import type { Container } from '../../model/container.js';
import { processOf } from '../../model/container-process.js';
import type { ContainerProcess } from '../../model/namespace.js';
import type { RoutingChange, RoutingState, ViaRoute } from '../../model/routing.js';
import type { SetRouting } from '../../model/step.js';
import type { World } from '../../model/world.js';
import { holderOf } from '../policy/by-hand.js';
import { routingChanges } from './changes.js';
import { closing, warpOfWay } from '../policy/target-state.js';

/** What is in a container's namespace, as far as this run knows. */
export interface KnownRouting {
  readonly container: ContainerProcess;
  readonly routing: RoutingState;
}

/** The ways that changes take back, where they do nothing but take ways back; else none. */
function onlyClosed(changes: readonly RoutingChange[]): ViaRoute[] {
  const closed = changes.flatMap(change =>
    change.change === 'delete-route' && change.route.type === 'via' ? [change.route] : [],
  );
  const ends = changes.filter(change => change.change === 'set-route' && change.route.type === 'unreachable');
  return closed.length + ends.length === changes.length ? closed : [];
}

function isSameWay(way: ViaRoute, { family, table, metric, gateway, device }: ViaRoute): boolean {
  return (
    way.family === family &&
    way.table === table &&
    way.metric === metric &&
    way.gateway === gateway &&
    way.device === device
  );
}

/**
 * What changes that only take ways back make of what is there by now, which may be something else than they were
 * planned from: the same ways are taken back, and nothing is put in place of what somebody set up since. `undefined`
 * for changes that do more.
 */
export function closedAnew(changes: readonly RoutingChange[], there: RoutingState): RoutingState | undefined {
  const closed = onlyClosed(changes);
  if (closed.length === 0) return undefined;
  return closing(there, way => closed.some(other => isSameWay(way, other)));
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
    const wanted = closing(routing, way => lost.includes(way));
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
