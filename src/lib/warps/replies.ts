import type { Container } from '../model/container.js';
import type { Network } from '../model/network.js';
import { networksOf } from './shared-network.js';

const gatewayModes = [
  'com.docker.network.bridge.gateway_mode_ipv4',
  'com.docker.network.bridge.gateway_mode_ipv6',
];

/** Whether hosts outside reach the container on a network of these without a published port. */
function isOpenToOthers({ options }: Network): boolean {
  return gatewayModes.some(key => options[key] === 'routed' || options[key] === 'nat-unprotected');
}

/**
 * Whether connections come in to a container from beyond its neighbours: their replies must leave as they came, and
 * not through a warp that knows nothing of them (engine fact E26).
 */
export function takesConnections(container: Container, networks: readonly Network[]): boolean {
  const published = container.reading.read === 'details' ? container.reading.details.publishes : [];
  return (
    published.length > 0 ||
    container.ports.some(({ hostPort }) => hostPort !== undefined) ||
    networksOf(container, networks).some(isOpenToOthers)
  );
}
