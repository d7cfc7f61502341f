import type { Container } from '../model/container.js';
import { bridgeOf } from '../model/guard.js';
import type { Network } from '../model/network.js';
import type { ReplyMarking } from '../model/routing.js';
import type { World } from '../model/world.js';
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

/**
 * How the replies of a container are told that have to leave as they came. An engine gives every bridge an address of
 * its own, which stays for as long as the bridge does; a bridge that is not in this namespace has none that could be
 * known, and then nothing is marked: nothing is answered past the warp.
 */
export function replyMarking(container: Container, { kernel, networks }: World): ReplyMarking | undefined {
  if (!takesConnections(container, networks)) return undefined;
  const known = kernel?.host?.bridgeMacs ?? {};
  const macs = networksOf(container, networks)
    .filter(({ driver }) => driver === 'bridge')
    .flatMap(network => known[bridgeOf(network)] ?? []);
  return macs.length === 0 ? undefined : { gatewayMacs: [...new Set(macs)].sort() };
}
