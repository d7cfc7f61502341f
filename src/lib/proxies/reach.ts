import { type Container, type Endpoint } from '../model/container.js';
import { findNamed } from '../model/lookup.js';
import { type Network, isEngineNetwork } from '../model/network.js';
import type { World } from '../model/world.js';

/** The networks through which a proxy could reach a container, or why there is none. */
export type Reach =
  { readonly via: readonly Network[] } | { readonly via: readonly []; readonly because: string };

/** A network that a proxy may join: a bridge that a user made, an internal one too. */
export function isJoinable(network: Network): boolean {
  return (
    network.driver === 'bridge' &&
    network.scope === 'local' &&
    !network.configOnly &&
    !isEngineNetwork(network)
  );
}

/** The network of an endpoint; one that never had an ID recorded is known by its name alone (fact E7). */
export function networkOfEndpoint(endpoint: Endpoint, networks: readonly Network[]): Network | undefined {
  if (endpoint.networkId !== undefined) return networks.find(network => network.id === endpoint.networkId);
  const named = networks.filter(network => network.name === endpoint.networkName);
  return named.length === 1 ? named[0] : undefined;
}

/** Whose endpoints a container has: its own, or those of the container whose namespace it shares. */
function endpointsOf(container: Container, world: World): readonly Endpoint[] | string {
  const mode = container.networkMode;
  if (mode.kind === 'host') return 'in host mode: it has no network of its own to join';
  if (mode.kind !== 'container') return container.endpoints;
  const [owner] = findNamed(world.containers, mode.of);
  return owner ? owner.endpoints : `shares the network of container ${mode.of}, which is not there`;
}

/** The network that a container's labels narrow the choice to: `fairlead.network`, or Traefik's own label. */
function preferredNetwork(container: Container): string | undefined {
  const wanted = container.labels['fairlead.network'] ?? container.labels['traefik.docker.network'];
  return wanted === '' ? undefined : wanted;
}

/** A Compose file's own name of a network stands for the project's: `web` for `shop_web`. */
function namedBy(wanted: string, container: Container, networks: readonly Network[]): Network[] {
  const exact = networks.filter(network => network.name === wanted);
  const project = container.labels['com.docker.compose.project'];
  return exact.length > 0 || project === undefined
    ? exact
    : networks.filter(network => network.name === `${project}_${wanted}`);
}

/** Through which networks a proxy can be brought to a container. */
export function reachOf(container: Container, world: World): Reach {
  const endpoints = endpointsOf(container, world);
  if (typeof endpoints === 'string') return { via: [], because: endpoints };
  const all = endpoints.flatMap(endpoint => networkOfEndpoint(endpoint, world.networks) ?? []);
  const wanted = preferredNetwork(container);
  const networks = wanted === undefined ? all : namedBy(wanted, container, all);
  if (wanted !== undefined && networks.length === 0) {
    return { via: [], because: `asks for network ${wanted}, which it is not on` };
  }
  const via = networks.filter(isJoinable);
  if (via.length > 0) return { via };
  const names = networks.map(network => `${network.name} (${network.driver})`).join(', ');
  return {
    via: [],
    because: names === '' ? 'on no network' : `on no user-defined bridge, only ${names}`,
  };
}
