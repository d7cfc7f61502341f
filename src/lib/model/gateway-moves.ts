import { type Container, isAlive } from './container.js';
import { hasGatewayPriority } from './engine-info.js';
import { type GatewayCandidate, gatewayOf } from './gateway.js';
import { networkOfEndpoint } from './membership.js';
import type { Network } from './network.js';
import type { Finding } from './plan.js';
import type { Job } from './step.js';
import type { World } from './world.js';

/** Where Fairlead connects a container it comes last in the choice of a gateway, if the engine lets us say so. */
export const lowestPriority = -1;

/** The networks between which a container's gateway is chosen. */
export function gatewayCandidates(container: Container, world: World): GatewayCandidate[] {
  const withPriority = hasGatewayPriority(world.engine);
  return container.endpoints.flatMap(endpoint => {
    const network = networkOfEndpoint(endpoint, world.networks);
    const priority = withPriority ? (endpoint.gatewayPriority ?? 0) : 0;
    return network ? [{ network, priority }] : [];
  });
}

/** What a plan does to one container's memberships, for a job. */
export interface MembershipChanges {
  readonly job: Job;
  readonly container: Container;
  readonly joins: readonly Network[];
  readonly leaves: readonly Network[];
}

/** With priorities a join moves the gateway for one reason only; a leave of the gateway's own network always does. */
function dualStackHints(verb: 'joining' | 'leaving'): string[] {
  return verb === 'leaving'
    ? []
    : ['A dual-stack network comes before any priority until Engine 29.4.1: give the home network IPv6 too.'];
}

function move(
  { job, container }: MembershipChanges,
  { engine }: World,
  verb: 'joining' | 'leaving',
  from: Network,
  to: Network | undefined,
): Finding {
  const ports = container.ports.some(port => port.hostPort !== undefined);
  const moved = ports ? 'its default route and published ports' : 'its default route';
  const broken = ports ? ': open connections through its published ports will be cut' : '';
  const target = to ? `from ${from.name} to ${to.name}` : `away from ${from.name}, to no other network`;
  const network = verb === 'joining' ? (to ?? from) : from;
  return {
    find: 'warning',
    job,
    container: container.name,
    network: network.name,
    reason: `${verb} ${network.name} moves ${moved} ${target}${broken}`,
    hints: hasGatewayPriority(engine)
      ? dualStackHints(verb)
      : [
          `Engine ${engine.version} has no gateway priorities (28.0 and later do): the network whose name sorts first wins.`,
          `To avoid it, give ${container.name} a home network whose name sorts before the others.`,
        ],
  };
}

/**
 * What joins and leaves do to the endpoint that carries a running container's default route and published ports:
 * when it moves, every connection through a published port is cut at that instant (engine fact E4).
 */
export function gatewayMoves(changes: MembershipChanges, world: World): Finding[] {
  const { container, joins, leaves } = changes;
  if (!isAlive(container)) return [];
  const { engine } = world;
  const priority = hasGatewayPriority(engine) ? lowestPriority : 0;
  const before = gatewayCandidates(container, world);
  const joined = [...before, ...joins.map(network => ({ network, priority }))];
  const left = joined.filter(candidate => !leaves.some(network => network.id === candidate.network.id));
  const [first, second, third] = [before, joined, left].map(candidates => gatewayOf(engine, candidates));
  return [
    ...(first && second && first.id !== second.id ? [move(changes, world, 'joining', first, second)] : []),
    ...(second && second.id !== third?.id ? [move(changes, world, 'leaving', second, third)] : []),
  ];
}
