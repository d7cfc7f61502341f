import { type Container, endpointSettings, isAlive } from '../../model/container.js';
import { gatewayCandidates } from '../../model/gateway-moves.js';
import { gatewayOf } from '../../model/gateway.js';
import { findNamed } from '../../model/lookup.js';
import { isHome, networkOfEndpoint } from '../../model/membership.js';
import { type Network, shortId } from '../../model/network.js';
import { type OwnerJob, isOwnEndpoint } from '../../model/ownership.js';
import type { World } from '../../model/world.js';
import type { GraphContainer, MemberEdge } from './graph.js';
import { publishedPorts } from './ports.js';

const jobs: readonly OwnerJob[] = ['proxy', 'attachment', 'app'];

/** The network that carries the default route of a container that runs. */
function gatewayNetwork(container: Container, world: World): Network | undefined {
  return isAlive(container) ? gatewayOf(world.engine, gatewayCandidates(container, world)) : undefined;
}

/** The container whose network this one is in. */
export function namespaceOwner({ networkMode }: Container, world: World): Container | undefined {
  return networkMode.kind === 'container' ? findNamed(world.containers, networkMode.of)[0] : undefined;
}

/** A container's memberships of the networks that are shown. */
export function memberEdges(container: Container, shown: ReadonlySet<Network>, world: World): MemberEdge[] {
  if (container.networkMode.kind !== 'network') return [];
  const gateway = gatewayNetwork(container, world);
  return container.endpoints.flatMap((endpoint): MemberEdge[] => {
    const network = networkOfEndpoint(endpoint, world.networks);
    if (!network || !shown.has(network)) return [];
    const settings = endpointSettings(container, network.name);
    const placedBy = jobs.find(job => isOwnEndpoint(settings, job));
    return [
      {
        kind: 'member',
        container: container.id,
        network: network.id,
        home: isHome(container, network),
        gateway: gateway?.id === network.id,
        ...(placedBy && { placedBy }),
        ...(settings && { aliases: [...(settings.aliases ?? [])].sort() }),
        ...(endpoint.ipv4 !== undefined && { ipv4: endpoint.ipv4 }),
        ...(endpoint.ipv6 !== undefined && { ipv6: endpoint.ipv6 }),
      },
    ];
  });
}

/** Networks that are gone and which a container still refers to. */
function staleEntries(container: Container, { networks }: World): string[] {
  // A running container cannot hold an entry for a network that is gone: what looks like one is a race.
  if (isAlive(container)) return [];
  return container.endpoints
    .filter(({ networkId, networkName }) =>
      networkId === undefined
        ? !networks.some(({ name }) => name === networkName)
        : !networks.some(({ id }) => id === networkId),
    )
    .map(({ networkName }) => networkName)
    .sort();
}

export function containerNode(container: Container, world: World, isProxy: boolean): GraphContainer {
  const { id, name, state, networkMode, endpoints, ports } = container;
  const portsOn =
    gatewayNetwork(container, world) ?? world.networks.find(network => isHome(container, network));
  const joined = endpoints.some(({ networkName }) =>
    isOwnEndpoint(endpointSettings(container, networkName), 'proxy'),
  );
  return {
    id,
    name,
    state,
    mode: networkMode.kind,
    ...(networkMode.kind === 'container' && {
      of: namespaceOwner(container, world)?.name ?? shortId(networkMode.of),
    }),
    proxy: isProxy || joined,
    ports: publishedPorts(ports),
    ...(portsOn && { portsOn: portsOn.id }),
    memberships: endpoints.length,
    stale: staleEntries(container, world),
  };
}
