import { type Container, endpointSettings } from '../model/container.js';
import { type Network, isEngineNetwork } from '../model/network.js';
import { isOwnEndpoint } from '../model/ownership.js';
import { matchesName } from '../model/selector.js';
import { labelOf } from './labels.js';
import type { ProxyDeclaration, ProxySettings } from './declaration.js';
import { type Surroundings, networkNamed, networkOfEndpoint, ownerOf } from './surroundings.js';

/** The networks through which a proxy could reach a container, or why there is none. */
export type Reach =
  { readonly via: readonly Network[] } | { readonly via: readonly []; readonly because: string };

const nowhere = (because: string): Reach => ({ via: [], because });

/** A network that a proxy may join: a bridge that a user made, an internal one too. */
export function isJoinable(network: Network): boolean {
  return (
    network.driver === 'bridge' &&
    network.scope === 'local' &&
    !network.configOnly &&
    !isEngineNetwork(network)
  );
}

/** Whether the declaration lets a proxy be on a network for its containers' sake. */
export function isAllowed(
  name: string,
  { networks: { allow, deny = [] } }: Pick<ProxySettings, 'networks'>,
): boolean {
  const matches = (pattern: string): boolean => matchesName(pattern, name);
  return (allow?.some(matches) ?? true) && !deny.some(matches);
}

/**
 * The networks a container is on. What Fairlead joined it to as a proxy does not count: two proxies that route to
 * each other would follow each other everywhere, and never leave.
 */
export function networksOf(container: Container, around: Surroundings): Network[] {
  return container.endpoints.flatMap(endpoint => {
    if (isOwnEndpoint(endpointSettings(container, endpoint.networkName), 'proxy')) return [];
    return networkOfEndpoint(endpoint, around) ?? [];
  });
}

/** The network that a container's labels narrow the choice to: `fairlead.network`, or the proxy's own label. */
function preferredNetwork(container: Container, { conventions }: ProxySettings): string | undefined {
  for (const key of ['fairlead.network', ...conventions.networkLabels]) {
    const wanted = labelOf(container, key);
    if (wanted !== undefined && wanted !== '') return wanted;
  }
  return undefined;
}

/** A Compose file's own name of a network stands for the project's: `web` for `shop_web`. */
function namedBy(wanted: string, container: Container, networks: readonly Network[]): Network[] {
  const exact = networks.filter(network => network.name === wanted);
  const project = container.labels['com.docker.compose.project'];
  return exact.length > 0 || project === undefined
    ? exact
    : networks.filter(network => network.name === `${project}_${wanted}`);
}

/** Why none of a container's networks can be joined. */
function dead(container: Container, networks: readonly Network[], around: Surroundings): string {
  const unclear = container.endpoints.find(
    ({ networkId, networkName }) => networkId === undefined && !networkNamed(networkName, around),
  );
  if (networks.length > 0) {
    const names = networks.map(network => `${network.name} (${network.driver})`).join(', ');
    return `on no user-defined bridge, only ${names}`;
  }
  const several = unclear && (around.byName.get(unclear.networkName)?.length ?? 0) > 1;
  return several ? `on ${unclear.networkName}, a name that stands for several networks` : 'on no network';
}

/** Through which networks a proxy can be brought to a container. */
export function reachOf(container: Container, declaration: ProxyDeclaration, around: Surroundings): Reach {
  const mode = container.networkMode;
  if (mode.kind === 'host') return nowhere('in host mode: it has no network of its own to join');
  const owner = mode.kind === 'container' ? ownerOf(container, around) : container;
  if (!owner) {
    const of = mode.kind === 'container' ? mode.of : '';
    return nowhere(`shares the network of container ${of}, which is not there`);
  }
  const all = networksOf(owner, around);
  const wanted = preferredNetwork(container, declaration);
  const networks = wanted === undefined ? all : namedBy(wanted, container, all);
  if (wanted !== undefined && networks.length === 0) {
    return nowhere(`asks for network ${wanted}, which it is not on`);
  }
  const joinable = networks.filter(isJoinable);
  if (joinable.length === 0) return nowhere(dead(owner, networks, around));
  const via = joinable.filter(({ name }) => isAllowed(name, declaration));
  if (via.length > 0) return { via };
  return nowhere(`only on networks that are excluded: ${joinable.map(({ name }) => name).join(', ')}`);
}
