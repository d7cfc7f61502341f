import { type Container, isAlive } from '../model/container.js';
import type { Network } from '../model/network.js';
import { type Surroundings, networkOfEndpoint } from './surroundings.js';

/** Somebody on a network who does not run, or will not in a moment, and was not removed. */
function mayComeBack(network: Network, proxy: Container, around: Surroundings): boolean {
  return around.containers.some(
    container =>
      container.id !== proxy.id &&
      container.state !== 'removing' &&
      (container.departure !== undefined || !isAlive(container)) &&
      container.endpoints.some(endpoint => networkOfEndpoint(endpoint, around)?.id === network.id),
  );
}

/**
 * Whether the leave of the network that carries a proxy's gateway is worth waiting with: it cuts all who came in through
 * a published port, and whoever ended there may be back in a moment, for which it would cut them again. Only who was
 * removed does not come back.
 */
export function cutsClients(proxy: Container, network: Network, around: Surroundings): boolean {
  return proxy.ports.some(({ hostPort }) => hostPort !== undefined) && mayComeBack(network, proxy, around);
}
