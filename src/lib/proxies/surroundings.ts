import type { Container, Endpoint } from '../model/container.js';
import { findNamed } from '../model/lookup.js';
import { type Network, isPredefinedName } from '../model/network.js';
import type { World } from '../model/world.js';

/** A World with what proxies look up in it again and again. */
export interface Surroundings extends World {
  readonly byId: ReadonlyMap<string, Network>;
  readonly byName: ReadonlyMap<string, readonly Network[]>;
}

export function survey(world: World): Surroundings {
  const byName = new Map<string, Network[]>();
  for (const network of world.networks) {
    const same = byName.get(network.name);
    if (same) same.push(network);
    else byName.set(network.name, [network]);
  }
  return { ...world, byId: new Map(world.networks.map(network => [network.id, network])), byName };
}

/** The one network of a name; none where the name stands for several. */
export function networkNamed(name: string, { byName }: Surroundings): Network | undefined {
  const named = byName.get(name) ?? [];
  return named.length === 1 ? named[0] : undefined;
}

/**
 * The network of an endpoint. One without an ID was recorded before the container's first start and is known by its
 * name (fact E7), and so are the engine's own networks: the default bridge has another ID after every engine start.
 */
export function networkOfEndpoint(endpoint: Endpoint, around: Surroundings): Network | undefined {
  const { networkId, networkName } = endpoint;
  if (networkId === undefined) return networkNamed(networkName, around);
  return (
    around.byId.get(networkId) ??
    (isPredefinedName(networkName) ? networkNamed(networkName, around) : undefined)
  );
}

/** The container whose network namespace another one shares. */
export function ownerOf(container: Container, { containers }: World): Container | undefined {
  const mode = container.networkMode;
  return mode.kind === 'container' ? findNamed(containers, mode.of)[0] : undefined;
}
