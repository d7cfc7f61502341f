import type { Container, Endpoint, EndpointSettings } from './container.js';
import type { EngineInfo } from './engine-info.js';
import type { Network } from './network.js';

/** The network of an endpoint; one that never had an ID recorded is known by its name alone (fact E7). */
export function networkOfEndpoint(endpoint: Endpoint, networks: readonly Network[]): Network | undefined {
  if (endpoint.networkId !== undefined) return networks.find(network => network.id === endpoint.networkId);
  const named = networks.filter(network => network.name === endpoint.networkName);
  return named.length === 1 ? named[0] : undefined;
}

/**
 * The static addresses of an endpoint, as far as the engine tells. Podman tells only which addresses are there, so that
 * nothing is known of a container that does not run: `undefined`, which is neither as declared nor otherwise.
 */
export function staticAddresses(
  { kind }: EngineInfo,
  endpoint: Endpoint,
  settings: EndpointSettings,
): Pick<EndpointSettings, 'ipv4' | 'ipv6'> | undefined {
  if (kind === 'docker') return settings;
  return endpoint.ipv4 === undefined && endpoint.ipv6 === undefined ? undefined : endpoint;
}

/** The network a container was created on: it holds the published ports after a restart (engine fact E10). */
export function isHome(
  container: Container,
  network: { readonly id: string; readonly name: string },
): boolean {
  const mode = container.networkMode;
  if (mode.kind !== 'network') return false;
  return mode.network === network.name || (mode.network.length >= 12 && network.id.startsWith(mode.network));
}
