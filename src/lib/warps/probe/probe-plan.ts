import { type Container, isAlive } from '../../model/container.js';
import { ExitCode, FairleadError } from '../../model/errors.js';
import { escapeLine, escapeText } from '../../model/escape.js';
import { bridgeOf } from '../../model/guard.js';
import { findContainer } from '../../model/lookup.js';
import type { Network } from '../../model/network.js';
import type { ProbeLane, ProbePackets } from '../../model/probe.js';
import { noRouting } from '../../model/routing.js';
import type { ContainerRef } from '../../model/step.js';
import type { World } from '../../model/world.js';
import { parseAddress } from '../../net/address.js';
import { containsAddress, parsePrefix } from '../../net/prefix.js';
import type { WarpDeclaration } from '../routes/declaration.js';
import { type ListedTarget, listWarps } from '../listing.js';
import { namespaceOwner } from '../routes/namespace-owner.js';
import { laneOf, warpOfTable } from './probe-lane.js';
import { routingIn } from '../policy/target-state.js';

/** A warp whose namespace is watched. */
export interface WatchedWarp {
  readonly name: string;
  /** Who made the namespace it is in. */
  readonly owner: ContainerRef;
}

/** From where packets are sent, and where to look for them. */
export interface ProbePlan {
  readonly target: string;
  /** Who made the namespace it is in. */
  readonly owner: ContainerRef;
  readonly packets: ProbePackets;
  readonly lane: ProbeLane;
  readonly warps: readonly WatchedWarp[];
  /** What comes from there has come through a warp. */
  readonly warpMacs: readonly string[];
  /** The host's ends of the target's networks. */
  readonly bridges: readonly string[];
  /** What else the reader has to know. */
  readonly notes: readonly string[];
}

function unfit(message: string, ...hints: readonly string[]): FairleadError {
  return new FairleadError(message, { code: 'probe-unfit', exit: ExitCode.failed, hints });
}

function ownerOf(target: Container, { containers }: World): Container {
  const name = escapeText(target.name);
  const found = namespaceOwner(target, containers);
  if ('missing' in found) {
    throw unfit(`Cannot send from ${name}: it shares the network of a container that is not there.`);
  }
  const { owner } = found;
  if (owner.networkMode.kind === 'host') {
    throw unfit(`Will not send from ${name}: it is in the host's own network, which is never routed.`);
  }
  if (!isAlive(owner) || !isAlive(target)) {
    throw unfit(`Cannot send from ${name}: it does not run.`, `Start it: docker start ${name}`);
  }
  return owner;
}

function networksOf({ endpoints }: Container, { networks }: World): Network[] {
  return networks.filter(({ id, name }) =>
    endpoints.some(({ networkId, networkName }) =>
      networkId === undefined ? networkName === name : networkId === id,
    ),
  );
}

/** What is sent into a subnet of its own is never routed (kernel fact 4), and would tell nothing. */
function refuseOwnSubnet({ destination }: ProbePackets, networks: readonly Network[]): void {
  const reading = parseAddress(destination);
  for (const { name, ipam } of networks) {
    for (const { subnet = '' } of ipam.pools) {
      const prefix = parsePrefix(subnet);
      if (!prefix.ok || !reading.ok || !containsAddress(prefix.prefix, reading.address)) continue;
      throw unfit(
        `Will not send to ${destination}: it is in ${subnet} of ${escapeText(name)}, which the target is on.`,
        'Subnets of its own are never routed; name an address outside.',
      );
    }
  }
}

function refuseUnread({ id, name }: Container, { kernel }: World): void {
  const reading = kernel?.namespaces.get(id);
  if (reading?.read !== 'unreadable') return;
  throw unfit(`The network namespace of ${escapeText(name)} could not be read: ${escapeLine(reading.why)}`);
}

/** Routes of a container, by whichever name they are listed. */
function listedTarget(
  names: readonly string[],
  declaration: WarpDeclaration,
  world: World,
): ListedTarget | undefined {
  return listWarps(declaration, world).targets.find(({ container }) => names.includes(container));
}

function watched(names: readonly string[], { containers }: World): WatchedWarp[] {
  const byOwner = new Map<string, WatchedWarp>();
  for (const name of names) {
    const warp = containers.find(container => container.name === name);
    const found = warp && namespaceOwner(warp, containers);
    if (!found || 'missing' in found) continue;
    const { owner } = found;
    if (!isAlive(owner) || owner.networkMode.kind === 'host' || byOwner.has(owner.id)) continue;
    byOwner.set(owner.id, { name, owner: { id: owner.id, name: owner.name } });
  }
  return [...byOwner.values()];
}

function notesOn(listed: ListedTarget | undefined, networks: readonly Network[]): string[] {
  const unseen = networks.filter(({ driver }) => driver !== 'bridge').map(({ name }) => name);
  return [
    ...(listed && ['not routed yet', 'drifted', 'refused'].includes(listed.state)
      ? [`What is declared for it is not in place (${listed.state}): fairlead warp list says why.`]
      : []),
    ...(unseen.length > 0
      ? [`What leaves by ${unseen.join(', ')} does not pass through the host and is not seen there.`]
      : []),
  ];
}

/** Throws where there is no such container, or nothing can be told by sending from it. */
export function planProbe(
  declaration: WarpDeclaration,
  world: World,
  wanted: string,
  packets: ProbePackets,
): ProbePlan {
  const target = findContainer(world.containers, wanted);
  const owner = ownerOf(target, world);
  const networks = networksOf(owner, world);
  refuseOwnSubnet(packets, networks);
  refuseUnread(owner, world);
  const listed = listedTarget([target.name, owner.name], declaration, world);
  // A namespace that was not read has nothing of ours: whatever has is found by its tables.
  const routing = routingIn(owner, world) ?? noRouting;
  const vias = (listed?.routes ?? []).map(({ via }) => via);
  const lane = laneOf(routing, packets, table => warpOfTable(table, routing, vias, world.containers));
  const warps = watched([...(lane.lane === 'warp' ? [lane.warp] : []), ...vias], world);
  const ids = new Set(warps.map(warp => warp.owner.id));
  return {
    target: target.name,
    owner: { id: owner.id, name: owner.name },
    packets,
    lane,
    warps,
    warpMacs: world.containers
      .filter(({ id }) => ids.has(id))
      .flatMap(({ endpoints }) => endpoints.flatMap(({ mac }) => mac ?? [])),
    bridges: networks.filter(({ driver }) => driver === 'bridge').map(bridgeOf),
    notes: notesOn(listed, networks),
  };
}
