import type { Container } from '../model/container.js';
import { isAlive } from '../model/container.js';
import { type EngineInfo, hasGatewayPriority } from '../model/engine-info.js';
import { type GatewayCandidate, gatewayOf } from '../model/gateway.js';
import type { Network } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import { networkOfEndpoint } from './reach.js';

/** Joined networks come last in the choice of a gateway, where the engine lets us say so. */
export const joinPriority = -1;

function candidatesOf(proxy: Container, world: World): GatewayCandidate[] {
  const withPriority = hasGatewayPriority(world.engine);
  return proxy.endpoints.flatMap(endpoint => {
    const network = networkOfEndpoint(endpoint, world.networks);
    const priority = withPriority ? (endpoint.gatewayPriority ?? 0) : 0;
    return network ? [{ network, priority }] : [];
  });
}

function move(
  proxy: Container,
  engine: EngineInfo,
  verb: 'joining' | 'leaving',
  from: Network,
  to: Network | undefined,
): Finding {
  const ports = proxy.ports.some(port => port.hostPort !== undefined);
  const moved = ports ? 'its default route and published ports' : 'its default route';
  const broken = ports ? ': open connections through its published ports will be cut' : '';
  const target = to ? `from ${from.name} to ${to.name}` : `away from ${from.name}, to no other network`;
  const network = verb === 'joining' ? (to ?? from) : from;
  return {
    find: 'warning',
    job: 'proxies',
    container: proxy.name,
    network: network.name,
    reason: `${verb} ${network.name} moves ${moved} ${target}${broken}`,
    hints: hasGatewayPriority(engine)
      ? [
          'A dual-stack network comes before any priority until Engine 29.4.1: give the home network IPv6 too.',
        ]
      : [
          `Engine ${engine.version} has no gateway priorities (28.0 and later do): the network whose name sorts first wins.`,
          `To avoid it, give the proxy a home network whose name sorts before the others.`,
        ],
  };
}

/**
 * What joins and leaves do to the endpoint that carries a running proxy's default route and published ports:
 * when it moves, every connection through a published port is cut at that instant (engine fact E4).
 */
export function gatewayMoves(
  proxy: Container,
  world: World,
  joins: readonly Network[],
  leaves: readonly Network[],
): Finding[] {
  if (!isAlive(proxy)) return [];
  const { engine } = world;
  const priority = hasGatewayPriority(engine) ? joinPriority : 0;
  const before = candidatesOf(proxy, world);
  const joined = [...before, ...joins.map(network => ({ network, priority }))];
  const left = joined.filter(candidate => !leaves.some(network => network.id === candidate.network.id));
  const [first, second, third] = [before, joined, left].map(candidates => gatewayOf(engine, candidates));
  return [
    ...(first && second && first.id !== second.id ? [move(proxy, engine, 'joining', first, second)] : []),
    ...(second && second.id !== third?.id ? [move(proxy, engine, 'leaving', second, third)] : []),
  ];
}
