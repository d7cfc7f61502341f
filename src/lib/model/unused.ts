import type { Container } from './container.js';
import { type Network, isEngineNetwork } from './network.js';

/**
 * Whether nothing is on a network and nothing is meant to be: a stopped container counts as use, for it needs the
 * network to start. The engine's own networks stay, and a definition for other networks has no members to have.
 */
export function isUnused(network: Network, containers: readonly Container[]): boolean {
  if (isEngineNetwork(network) || network.configOnly) return false;
  return !containers.some(({ endpoints }) =>
    endpoints.some(({ networkId, networkName }) =>
      networkId === undefined ? networkName === network.name : networkId === network.id,
    ),
  );
}
