import { type Container, endpointOn, isAlive } from '../../model/container.js';
import { escapeText } from '../../model/escape.js';
import { bridgeOf } from '../../model/guard.js';
import type { HostNetworking } from '../../model/kernel-view.js';
import type { Network } from '../../model/network.js';
import type { Finding } from '../../model/plan.js';
import { networkRef } from '../../model/step.js';
import type { World } from '../../model/world.js';

/** Whether it is as an earlier step of the plan will make it, created or recreated: nobody has seen its bridge. */
export function isYetToBeMade(network: Network): boolean {
  return network.created === '' || networkRef(network).id === undefined;
}

/** Podman makes a bridge with the first container that runs on its network, and removes it with the last. */
function hasBridge({ name }: Network, { engine, containers }: World): boolean {
  const runsOnIt = (container: Container): boolean =>
    isAlive(container) && endpointOn(container, name) !== undefined;
  return engine.kind === 'docker' || containers.some(runsOnIt);
}

/** Podman numbers its bridges: one that it does not tell cannot be told from the network's ID, as Docker's can. */
function unknownBridge(network: Network): Pick<Finding, 'reason' | 'hints'> {
  return isYetToBeMade(network)
    ? {
        reason: 'cannot be guarded in the pass that makes it: Podman names its bridge only then',
        hints: ['Run it again then, or name its bridge: driver_opts, com.docker.network.bridge.name.'],
      }
    : {
        reason: 'cannot be guarded: Podman does not tell its bridge',
        hints: ['A proxy before its socket has to let GET /libpod/networks/json through.'],
      };
}

/** Why a network cannot be guarded; undefined where nothing stands in the way. */
export function guardObstacle(
  network: Network,
  host: HostNetworking,
  world: World,
): Pick<Finding, 'reason' | 'hints'> | undefined {
  if (network.configOnly)
    return { reason: 'cannot be guarded: it is config-only, and nothing is ever on it' };
  if (network.driver !== 'bridge') {
    return {
      reason: `cannot be guarded: its driver is ${escapeText(network.driver)}, and only what leaves a bridge passes the firewall`,
    };
  }
  const named = network.options['com.docker.network.bridge.name'];
  if (world.engine.kind === 'podman' && named === undefined) return unknownBridge(network);
  if (isYetToBeMade(network) && named === undefined) return undefined;
  const bridge = bridgeOf(network);
  // One name that cannot stand in a rule would keep the whole table from being written.
  if (!/^[a-zA-Z0-9_.-]{1,15}$/.test(bridge)) {
    return { reason: `cannot be guarded: the name of its bridge, ${escapeText(bridge)}, fits in no rule` };
  }
  if (isYetToBeMade(network) || host.interfaces.includes(bridge)) return undefined;
  if (!hasBridge(network, world)) return undefined;
  return {
    reason: `cannot be guarded: its bridge ${bridge} is not in the network namespace that Fairlead runs in`,
    hints: ['Run Fairlead in the network namespace of the engine; in a container that is --network host.'],
  };
}
