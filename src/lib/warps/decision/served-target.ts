import { processOf } from '../../model/container-process.js';
import type { Container } from '../../model/container.js';
import { namespaceState } from '../../model/kernel-view.js';
import { networkOfEndpoint } from '../../model/membership.js';
import type { ViaRoute } from '../../model/routing.js';
import type { World } from '../../model/world.js';
import { canonicalAddress } from '../../net/address.js';
import type { Decision } from './decision.js';
import { wayOver } from '../routes/passage.js';
import type { Passage, Route, RoutedTarget } from '../routes/route.js';
import { isTamperProof } from '../routes/tamper-proof.js';
import { warpOfRoute } from '../policy/target-state.js';

/** Whether NAT of ours is in a warp for a target: then it was asked for. Where somebody changed it, for whom is lost. */
function hasNat({ id }: Container, passage: Passage, { kernel }: World): boolean {
  const side = namespaceState(kernel, id)?.warpSide;
  if (!side?.nat) return side?.hasOwn ?? false;
  const { targets } = side.nat;
  return [passage.targetIpv4, passage.targetIpv6].some(
    address => address !== undefined && targets.includes(canonicalAddress(address)),
  );
}

/** What a way out that stands in a namespace leads to; the rules for it stand elsewhere. */
export function routeBy(way: ViaRoute, owner: Container, world: World): Route | undefined {
  const warp = warpOfRoute(way, world.containers);
  const endpoint = warp?.endpoints.find(({ ipv4, ipv6 }) => [ipv4, ipv6].includes(way.gateway));
  const network = endpoint && networkOfEndpoint(endpoint, world.networks);
  if (!warp || !network) return undefined;
  const found = wayOver(network, { name: owner.name, owner }, { name: warp.name, owner: warp });
  const terms = { origin: 'command', rules: [], bypass: [] } as const;
  if (!('passage' in found)) return { warp, ...terms, nat: false, closed: found.closed };
  const { passage } = found;
  return { warp, ...terms, nat: hasNat(warp, passage, world), passage };
}

/**
 * A target with all ways that will be in its namespace, also what was routed by hand or stays though it is refused:
 * their warps serve it as long as they are there, and nothing but the kernel remembers what was asked of them.
 */
export function servedTarget(
  { owner, declared, routed, wanted }: Decision,
  world: World,
): RoutedTarget | undefined {
  const process = processOf(owner);
  const tamperProof = isTamperProof(owner, world.containers);
  const named = new Set(declared?.routes.map(({ warp }) => warp.id));
  const routes = [...(routed?.routes ?? [])];
  for (const way of wanted?.routes ?? []) {
    const route = way.type === 'via' ? routeBy(way, owner, world) : undefined;
    // What the target could have written itself asks nothing of a warp that nobody declares for it.
    if (!route || (!tamperProof && !named.has(route.warp.id))) continue;
    if (!routes.some(({ warp }) => warp.id === route.warp.id)) routes.push(route);
  }
  return process && routes.length > 0 ? { container: owner, process, routes } : undefined;
}
