import { type EngineInfo, hasOneGateway, prefersDualStackOverPriority } from './engine-info.js';
import type { Network } from './network.js';

/** What decides whether an endpoint carries a container's default route and published ports. */
export interface GatewayCandidate {
  readonly network: Network;
  /** 0 where none was asked for or the engine has none. */
  readonly priority: number;
}

function isDualStack(network: Network): boolean {
  return network.enableIpv4 && network.enableIpv6;
}

/** Networks that can hold a gateway at all: bridges and the like, not `none` or `host`. */
function canHoldGateway({ network }: GatewayCandidate): boolean {
  return network.driver !== 'null' && network.driver !== 'host' && !network.internal;
}

/**
 * Docker's own order of gateway endpoints (moby `Endpoint.Less`): higher priority, not docker_gwbridge,
 * dual-stack, then the network's name; internal networks last, which then give no gateway. Before Engine 29.4.1
 * dual-stack came before priority.
 */
function compare(engine: EngineInfo, a: GatewayCandidate, b: GatewayCandidate): number {
  const priority = b.priority - a.priority;
  const gwbridge =
    Number(a.network.name === 'docker_gwbridge') - Number(b.network.name === 'docker_gwbridge');
  const dualStack = Number(isDualStack(b.network)) - Number(isDualStack(a.network));
  const order = prefersDualStackOverPriority(engine)
    ? [gwbridge, dualStack, priority]
    : [priority, gwbridge, dualStack];
  return order.find(part => part !== 0) ?? (a.network.name < b.network.name ? -1 : 1);
}

/** The network that carries the default route and the published ports, if any one does. */
export function gatewayOf(engine: EngineInfo, candidates: readonly GatewayCandidate[]): Network | undefined {
  if (!hasOneGateway(engine)) return undefined;
  return candidates.filter(canHoldGateway).sort((a, b) => compare(engine, a, b))[0]?.network;
}
