import type { Container, Endpoint } from './container.js';
import type { Network } from './network.js';

/** The network of an endpoint; one that never had an ID recorded is known by its name alone (fact E7). */
export function networkOfEndpoint(endpoint: Endpoint, networks: readonly Network[]): Network | undefined {
  if (endpoint.networkId !== undefined) return networks.find(network => network.id === endpoint.networkId);
  const named = networks.filter(network => network.name === endpoint.networkName);
  return named.length === 1 ? named[0] : undefined;
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
