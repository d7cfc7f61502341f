import { type Container, type Endpoint, endpointSettings } from '../model/container.js';
import type { Network } from '../model/network.js';
import { isOwnEndpoint } from '../model/ownership.js';
import type { ProxyDeclaration } from './declaration.js';
import type { Demand } from './demand.js';
import { isJoinable } from './reach.js';

/** The network a container was created on: it holds the published ports after a restart (engine fact E10). */
export function isHome(
  container: Container,
  network: { readonly id: string; readonly name: string },
): boolean {
  const mode = container.networkMode;
  if (mode.kind !== 'network') return false;
  return mode.network === network.name || (mode.network.length >= 12 && network.id.startsWith(mode.network));
}

/** Why a proxy stays on a network that holds nothing to route to; undefined where it leaves. */
export function reasonToStay(
  proxy: Container,
  endpoint: Endpoint,
  network: Network,
  declaration: ProxyDeclaration,
  demand: Demand,
): string | undefined {
  if (isHome(proxy, network)) return 'its home network';
  const held = demand.held.get(network.id);
  if (held !== undefined) return held;
  if (declaration.leave === 'never') return 'it never leaves a network';
  if (!isJoinable(network)) return `not a user-defined bridge (${network.driver})`;
  if (declaration.leave === 'any') return undefined;
  if (proxy.reading.read !== 'details') {
    const why = proxy.reading.read === 'unreadable' ? proxy.reading.why : 'it was not inspected';
    return `could not read who joined it: ${why}`;
  }
  return isOwnEndpoint(endpointSettings(proxy, endpoint.networkName), 'proxy')
    ? undefined
    : 'not joined by Fairlead';
}

/**
 * The leaves that would strand the proxy, taken back: it always keeps a network, and one that is not internal
 * as long as it publishes ports.
 */
export function strandingLeaves(
  proxy: Container,
  leaves: readonly Network[],
  remaining: readonly Network[],
): ReadonlyMap<string, string> {
  const [lastResort] = leaves;
  if (!lastResort) return new Map();
  if (remaining.length === 0) return new Map([[lastResort.id, 'its last network']]);
  const publishes =
    proxy.ports.some(port => port.hostPort !== undefined) ||
    (proxy.reading.read === 'details' && proxy.reading.details.publishes.length > 0);
  if (!publishes || remaining.some(network => !network.internal)) return new Map();
  const open = leaves.find(network => !network.internal);
  return open
    ? new Map([[open.id, 'its last network that is not internal, and it publishes ports']])
    : new Map();
}
