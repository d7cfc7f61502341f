import type { Container } from '../../model/container.js';
import { bridgeOf } from '../../model/guard.js';
import { namespaceState } from '../../model/kernel-view.js';
import type { Network } from '../../model/network.js';
import type { ReplyMarking } from '../../model/routing.js';
import type { World } from '../../model/world.js';
import { networksOf } from '../routes/shared-network.js';

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
 * By what the connections are told whose replies have to leave as they came. An engine gives every bridge an address of
 * its own, which stays for as long as the bridge does; a bridge that is not in this namespace has none that could be
 * known, and then nothing is marked: nothing is answered past the warp.
 */
export function gatewayMacs(container: Container, { kernel, networks }: World): string[] {
  if (!takesConnections(container, networks)) return [];
  const known = kernel?.host?.bridgeMacs ?? {};
  const macs = networksOf(container, networks)
    .filter(({ driver }) => driver === 'bridge')
    .flatMap(network => known[bridgeOf(network)] ?? []);
  return [...new Set(macs)].sort();
}

/**
 * Whether a redirect would be followed. A warp that sends out on the network it is asked on tells its targets of a
 * shorter way, past itself (kernel facts 1). Without nft it is left to the switches: `preflight` says which.
 */
function heedsRedirects({ id }: Container, { kernel }: World): boolean {
  return namespaceState(kernel, id)?.sysctls.acceptRedirects === true && !kernel?.host?.lacksNft;
}

/** What is to be done with packets that come in to a target; undefined where nothing is. */
export function replyMarking(container: Container, world: World): ReplyMarking | undefined {
  const macs = gatewayMacs(container, world);
  const refusesRedirects = heedsRedirects(container, world);
  if (macs.length === 0 && !refusesRedirects) return undefined;
  return { gatewayMacs: macs, ...(refusesRedirects && { refusesRedirects }) };
}
