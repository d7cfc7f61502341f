import type { Container } from '../model/container.js';
import { networkOfEndpoint } from '../model/membership.js';
import type { World } from '../model/world.js';
import type { ByHandTable } from './by-hand.js';
import type { Decision } from './decide.js';
import { processOf } from './namespace-owner.js';
import { wayOver } from './passage.js';
import type { Route, RoutedTarget } from './route.js';

/** Whether anything of ours is on the warp's side: then it was asked for, by whoever routed by hand. */
function hasNat({ id }: Container, { kernel }: World): boolean {
  const reading = kernel?.namespaces.get(id);
  return reading?.read === 'state' && (reading.state.warpSide?.hasOwn ?? false);
}

function routeOf({ warp, vias }: ByHandTable, owner: Container, world: World): Route | undefined {
  const gateways = new Set(vias.map(({ gateway }) => gateway));
  const endpoint = warp?.endpoints.find(
    ({ ipv4, ipv6 }) => gateways.has(ipv4 ?? '') || gateways.has(ipv6 ?? ''),
  );
  const network = endpoint && networkOfEndpoint(endpoint, world.networks);
  if (!warp || !network) return undefined;
  const way = wayOver(network, { name: owner.name, owner }, { name: warp.name, owner: warp });
  return {
    warp,
    origin: 'command',
    rules: [],
    bypass: [],
    nat: hasNat(warp, world),
    ...('passage' in way ? { passage: way.passage } : { closed: way.closed }),
  };
}

/**
 * A target with what was routed in it by hand before: its warps serve it as long as that is there, though nothing
 * remembers what was asked for but the kernel.
 */
export function withByHand({ owner, byHand, routed }: Decision, world: World): RoutedTarget | undefined {
  const process = processOf(owner);
  const given = new Set(routed?.routes.map(({ warp }) => warp.name));
  const more = byHand.tables.flatMap(table => routeOf(table, owner, world) ?? []);
  const routes = [...(routed?.routes ?? []), ...more.filter(({ warp }) => !given.has(warp.name))];
  return process && routes.length > 0 ? { container: owner, process, routes } : undefined;
}
