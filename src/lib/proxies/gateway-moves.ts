import { type Container, isAlive } from '../model/container.js';
import { hasGatewayPriority } from '../model/engine-info.js';
import { gatewayCandidates, gatewayMoves, lowestPriority } from '../model/gateway-moves.js';
import { type GatewayCandidate, gatewayOf } from '../model/gateway.js';
import type { Network } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';

function joining(network: Network, { engine }: World): GatewayCandidate {
  return { network, priority: hasGatewayPriority(engine) ? lowestPriority : 0 };
}

/** The endpoint that carries a running proxy's default route and published ports, once it has joined others. */
export function gatewayOfProxy(
  proxy: Container,
  world: World,
  joins: readonly Network[] = [],
): GatewayCandidate | undefined {
  if (!isAlive(proxy)) return undefined;
  const candidates = [...gatewayCandidates(proxy, world), ...joins.map(network => joining(network, world))];
  const gateway = gatewayOf(world.engine, candidates);
  return candidates.find(({ network }) => network === gateway);
}

/** Whether the gateway moves to a network when a proxy joins it. */
export function takesGateway(network: Network, now: GatewayCandidate, world: World): boolean {
  return gatewayOf(world.engine, [now, joining(network, world)]) === network;
}

/** What a move takes with it. */
function whatMoves(proxy: Container): string {
  const hasPorts = proxy.ports.some(port => port.hostPort !== undefined);
  return hasPorts ? 'its default route and published ports' : 'its default route';
}

/** Why a step that would move the gateway is not done, where it is declared to be skipped. */
export function skipReason(verb: 'joining' | 'leaving', proxy: Container): string {
  return `${verb} it would move ${whatMoves(proxy)} (on_gateway_move: skip)`;
}

/** What can be done about joins that are skipped: what a warning of the first of them would say. */
export function moveHints(proxy: Container, network: Network, world: World): readonly string[] {
  const changes = { job: 'proxies', container: proxy, joins: [network], leaves: [] } as const;
  return gatewayMoves(changes, world)[0]?.hints ?? [];
}

/**
 * What joins and leaves do to the gateway, to be read before. Joins come first and leaves after them, each in an
 * order in which the gateway moves at most once.
 */
export function gatewayWarnings(
  container: Container,
  world: World,
  joins: readonly Network[],
  leaves: readonly Network[],
): Finding[] {
  return gatewayMoves({ job: 'proxies', container, joins, leaves }, world);
}
