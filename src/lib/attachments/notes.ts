import { type Container, endpointOn, isAlive } from '../model/container.js';
import { gatewayCandidates } from '../model/gateway-moves.js';
import { gatewayOf } from '../model/gateway.js';
import type { Network } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import type { Joining } from './judge.js';
import { summarize } from './summarize.js';

const job = 'attachments';

/** Switched off as Go's strconv.ParseBool reads it, which is how Traefik reads its labels. */
function isForTraefik({ labels }: Container): boolean {
  const enable = labels['traefik.enable']?.trim().toLowerCase();
  if (enable !== undefined && ['false', 'f', '0'].includes(enable)) return false;
  return Object.keys(labels).some(label => label.toLowerCase().startsWith('traefik.'));
}

/** Traefik lists containers when one starts, stops or changes its health, and at no other time (traefik#13341). */
export function lateForTraefik(joins: readonly Joining[]): Finding[] {
  const late = new Map<Network, string[]>();
  for (const { container, network, replaces } of joins) {
    if (replaces || !isAlive(container) || !isForTraefik(container)) continue;
    late.set(network, [...(late.get(network) ?? []), container.name]);
  }
  return [...late].map(([network, names]): Finding => ({
    find: 'warning',
    job,
    network: network.name,
    reason:
      `${summarize(names)} ${names.length === 1 ? 'is' : 'are'} running already: ` +
      `Traefik looks again only at the next container start or stop`,
    hints: ['Until then it may answer 502 or 404 for what is attached now.'],
  }));
}

/** The moment in which a container that is reconnected is not on the network, told before. */
export function interruptions(joins: readonly Joining[], world: World): Finding[] {
  return joins.flatMap(({ container, network, replaces }): Finding[] => {
    if (!replaces || !isAlive(container)) return [];
    const isGateway = gatewayOf(world.engine, gatewayCandidates(container, world))?.id === network.id;
    const cut = isGateway ? 'its connections there and through its published ports' : 'its connections there';
    return [
      {
        find: 'warning',
        job,
        container: container.name,
        network: network.name,
        reason: `${container.name} is taken off ${network.name} and put back, which cuts ${cut}`,
        drift: replaces.drift,
      },
    ];
  });
}

const interContainer = 'com.docker.network.bridge.enable_icc';

/** A service that can be reached over the default bridge is not isolated as its app declares. */
export function bridgedService(container: Container, world: World): Finding[] {
  const bridge = world.networks.find(({ name }) => name === 'bridge');
  if (!endpointOn(container, 'bridge') || bridge?.options[interContainer] === 'false') return [];
  return [
    {
      find: 'warning',
      job,
      container: container.name,
      network: 'bridge',
      reason: `${container.name} is also on the default bridge, where every container there reaches it: isolation is not as declared`,
      hints: [`Create it on a network of its app instead.`],
    },
  ];
}
