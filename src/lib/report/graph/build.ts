import type { Container } from '../../model/container.js';
import { findNetwork } from '../../model/lookup.js';
import { isHome, networkOfEndpoint } from '../../model/membership.js';
import type { Network } from '../../model/network.js';
import type { World } from '../../model/world.js';
import { ownerOf } from '../network-owner.js';
import type { Graph, GraphNetwork, MemberEdge, SharesEdge } from './graph.js';
import { containerNode, memberEdges, namespaceOwner } from './members.js';

export interface GraphOptions {
  /** Networks by name or ID; all where there is none. */
  readonly names?: readonly string[];
  /** Whether the config declares a container a proxy. */
  readonly isProxy?: (container: Container) => boolean;
}

interface Identified {
  readonly id: string;
  readonly name: string;
}

function byName(a: Identified, b: Identified): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** The networks to show. Throws a LookupError where a name stands for none, or for several. */
function shownNetworks(networks: readonly Network[], names: readonly string[]): Network[] {
  const wanted = names.length === 0 ? networks : names.map(name => findNetwork(networks, name));
  return [...new Set(wanted)].sort(byName);
}

/** Which containers tell more when they are inspected: those on a shown network that is not their home. */
export function inspectionForGraph(
  names: readonly string[],
): (container: Container, networks: readonly Network[]) => boolean {
  let shown: ReadonlySet<Network> | undefined;
  return (container, networks) => {
    shown ??= new Set(shownNetworks(networks, names));
    if (container.networkMode.kind !== 'network') return false;
    return container.endpoints.some(endpoint => {
      const network = networkOfEndpoint(endpoint, networks);
      return network !== undefined && shown?.has(network) === true && !isHome(container, network);
    });
  };
}

/** `host` and `none` are no networks that containers share, but modes of their own. */
function isMode({ driver, configOnly }: Network): boolean {
  return !configOnly && (driver === 'host' || driver === 'null');
}

function networkNode(network: Network): GraphNetwork {
  const { id, name, driver, scope, internal, configOnly, ipam } = network;
  // Engines report the pools in another order after a restart.
  const subnets = ipam.pools.flatMap(({ subnet }) => subnet ?? []).sort();
  return { id, name, driver, scope, subnets, internal, configOnly, owner: ownerOf(network) };
}

/** The containers of the whole, or of the networks that were named: also those in a member's network. */
function shownContainers(
  containers: readonly Container[],
  members: readonly MemberEdge[],
  shown: readonly Network[],
  world: World,
): Container[] {
  const onShown = new Set(members.map(({ container }) => container));
  return containers.filter(container => {
    if (onShown.has(container.id)) return true;
    const { kind } = container.networkMode;
    if (kind === 'container') return onShown.has(namespaceOwner(container, world)?.id ?? '');
    return shown.some(network => isMode(network) && network.name === kind);
  });
}

/** Who is on which network, in an order that does not depend on the engine's. */
export function buildGraph(world: World, { names = [], isProxy = () => false }: GraphOptions = {}): Graph {
  const shown = shownNetworks(world.networks, names);
  const networks = shown.filter(network => !isMode(network));
  const place = new Map(networks.map(({ id }, i) => [id, i]));
  const sorted = [...world.containers].sort(byName);
  const inGraph = new Set(networks);
  const members = sorted
    .flatMap(container => memberEdges(container, inGraph, world))
    .sort((a, b) => (place.get(a.network) ?? 0) - (place.get(b.network) ?? 0));
  const containers = names.length === 0 ? sorted : shownContainers(sorted, members, shown, world);
  const nodes = new Set(containers.map(({ id }) => id));
  const shares = containers.flatMap((container): SharesEdge[] => {
    const owner = namespaceOwner(container, world);
    return owner && nodes.has(owner.id) ? [{ kind: 'shares', container: container.id, of: owner.id }] : [];
  });
  return {
    networks: networks.map(networkNode),
    containers: containers.map(container => containerNode(container, world, isProxy(container))),
    edges: [...members, ...shares],
  };
}
