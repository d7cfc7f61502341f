import { type Container, type Endpoint, endpointSettings, isAlive } from '../model/container.js';
import { isHome } from '../model/membership.js';
import type { Network } from '../model/network.js';
import { isOwnEndpoint } from '../model/ownership.js';
import { type Surroundings, networkOfEndpoint } from './surroundings.js';

/** Whose doing it is that a proxy is on a network: its creator's, Fairlead's as a proxy's, or somebody's. */
export type Role = 'home' | 'joined' | 'connected';

/** A network the proxy is on, or an entry in its list whose network is gone. */
export interface Membership {
  readonly endpoint: Endpoint;
  /** Absent where it is gone, or its name stands for several. */
  readonly network: Network | undefined;
  readonly role: Role;
  /** Refers to a network that is gone: with it a container cannot start, remade or not (engine fact E9). */
  readonly stale: boolean;
}

function roleOf(proxy: Container, { networkId = '', networkName }: Endpoint): Role {
  if (isHome(proxy, { id: networkId, name: networkName })) return 'home';
  return isOwnEndpoint(endpointSettings(proxy, networkName), 'proxy') ? 'joined' : 'connected';
}

/** What a proxy is on. */
export function membershipsOf(proxy: Container, around: Surroundings): Membership[] {
  return proxy.endpoints.map(endpoint => {
    const network = networkOfEndpoint(endpoint, around);
    // An entry without an ID was recorded before the first start: then the name has to be there.
    const gone = !network && (endpoint.networkId !== undefined || !around.byName.has(endpoint.networkName));
    // A running container cannot hold an entry for a network that is gone: what looks like one is a race.
    return { endpoint, network, role: roleOf(proxy, endpoint), stale: gone && !isAlive(proxy) };
  });
}

/** Whether a proxy asks to have ports published; what could not be read is taken to do so. */
export function publishesPorts(proxy: Container): boolean {
  if (proxy.ports.some(port => port.hostPort !== undefined)) return true;
  return proxy.reading.read !== 'details' || proxy.reading.details.publishes.length > 0;
}

/** Whether a proxy on these networks alone is cut off: on none, or on none with a way out for its ports. */
export function isStranded(proxy: Container, networks: readonly Network[]): boolean {
  if (networks.length === 0) return true;
  return publishesPorts(proxy) && networks.every(({ internal }) => internal);
}
