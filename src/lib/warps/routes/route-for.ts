import type { Container } from '../../model/container.js';
import type { World } from '../../model/world.js';
import { type Edges, wayBack } from './cycles.js';
import { namespaceOwner } from './namespace-owner.js';
import { wayOver, whyDown } from './passage.js';
import type { Route } from './route.js';
import { type Party, type Refusal, sharedNetwork } from './shared-network.js';
import { warpOf } from './warp-names.js';
import type { TargetRoute } from './target-routes.js';

/** The route that a declaration comes to for its target. A route that is refused is closed, for a target that is routed already. */
export interface RouteReading {
  readonly route: Route;
  readonly refusal?: Refusal;
}

/** The route that is declared for a target, as far as its warp can be reached at present. */
export function routeFor(
  targetRoute: TargetRoute,
  owner: Container,
  edges: Edges,
  world: World,
): RouteReading {
  const { origin, rules, bypass, nat, via } = targetRoute;
  const terms = { origin, rules, bypass, nat };
  const warp = warpOf(targetRoute, world.containers);
  if (!warp) {
    const closed = `there is no container ${via}`;
    return { route: { warp: { id: '', name: via }, ...terms, closed } };
  }
  const found = namespaceOwner(warp, world.containers);
  if ('missing' in found) {
    const closed = `its warp ${warp.name} shares the network of a container that is not there`;
    return { route: { warp, ...terms, closed } };
  }
  // Its address is that of the namespace, and goes with the container that made it.
  const named = { id: found.owner.id, name: warp.name };
  const shut = (closed: string): RouteReading => ({ route: { warp: named, ...terms, closed } });
  const refuse = (refusal: Refusal): RouteReading => ({ ...shut(refusal.reason), refusal });
  const [near, far]: [Party, Party] = [
    { name: targetRoute.container.name, owner },
    { name: warp.name, owner: found.owner },
  ];
  const circle = wayBack(owner.id, far.owner.id, edges);
  if (circle) return refuse(circleRefusal(near, far, circle, world));
  if (far.owner.networkMode.kind === 'host')
    return refuse({
      reason: `its warp ${warp.name} is in the host's own network and has no address beside it`,
      hints: [`Give ${warp.name} a network that it shares with ${near.name}.`],
    });
  const asked = targetRoute.network ?? warp.labels[targetRoute.networkLabel];
  const choice = sharedNetwork(near, far, asked, world.networks);
  if ('refusal' in choice) return refuse(choice.refusal);
  const down = whyDown(warp.name, warp, far.owner);
  if (down !== undefined) return shut(down);
  const way = wayOver(choice.network, near, far);
  if ('closed' in way) return shut(way.closed);
  return { route: { warp: named, ...terms, passage: way.passage } };
}

function circleRefusal(near: Party, far: Party, circle: readonly string[], { containers }: World): Refusal {
  if (near.owner.id === far.owner.id)
    return near.name === far.name
      ? { reason: 'is its own warp', staysOpen: true }
      : { reason: `is in the same network namespace as its warp ${far.name}`, staysOpen: true };
  const names = circle.map(id => containers.find(container => container.id === id)?.name ?? id);
  return {
    reason: `would be routed in a circle: ${names.join(' → ')}`,
    hints: ['Let one of them go without a warp.'],
  };
}
