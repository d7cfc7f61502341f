import type { Container } from '../model/container.js';
import { findNamed } from '../model/lookup.js';
import { type Network, isEngineNetwork } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';

/** Why no container can be connected to a network; undefined where nothing stands in the way. */
export function networkObstacle(network: Network): string | undefined {
  if (network.configOnly) return 'it is a definition for other networks only (config-only)';
  if (isEngineNetwork(network)) return 'it belongs to the engine itself';
  if (network.scope === 'swarm' && !network.attachable) return 'it is a swarm network and not attachable';
  return undefined;
}

/** What is to be said of a container that has no network namespace of its own, or none it can connect. */
export function modeObstacle(
  container: Container,
  networkName: string,
  world: World,
): Pick<Finding, 'find' | 'reason' | 'hints'> | undefined {
  const mode = container.networkMode;
  switch (mode.kind) {
    case 'network':
      return undefined;
    case 'host':
      return {
        find: 'ignored',
        reason: 'in host mode: it reaches every bridge network from the host and joins none',
      };
    case 'none':
      return {
        find: 'ignored',
        reason: 'created with network mode none, which the engine lets join no network',
        hints: ['Recreate it on a network.'],
      };
    case 'container': {
      const [owner] = findNamed(world.containers, mode.of);
      const name = owner?.name ?? mode.of;
      if (owner?.endpoints.some(endpoint => endpoint.networkName === networkName)) {
        return { find: 'ignored', reason: `shares the network of container ${name}, which is on it` };
      }
      return {
        find: 'ignored',
        reason: `shares the network of container ${name}, whose networks count`,
        hints: [`Let the rule mean ${name} instead.`],
      };
    }
  }
}
