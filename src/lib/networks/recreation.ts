import { type Container, endpointOn } from '../model/container.js';
import { type EngineInfo, versionAtLeast } from '../model/engine-info.js';
import { isHome } from '../model/membership.js';
import type { AddressPool, Network, NetworkSpec } from '../model/network.js';
import { isOwnNetwork } from '../model/ownership.js';
import type { FieldDrift, Finding, Plan } from '../model/plan.js';
import type { Member, RecreateNetwork } from '../model/step.js';
import { parseAddress } from '../net/address.js';
import { containsAddress, parsePrefix } from '../net/prefix.js';
import { ghostsOn } from './ghosts.js';
import { memberRecord, membersOf } from './members.js';
import type { NetworkWorld } from './network-world.js';
import { overlapWith, takenSubnets, unsupported } from './preflight.js';
import { renewedSpec, specOf } from './renewal.js';

export interface RecreationOptions {
  /** Also what somebody else made, and what cannot be restored in full. */
  readonly force: boolean;
}

function poolHolding(address: string, pools: readonly AddressPool[]): AddressPool | undefined {
  const reading = parseAddress(address);
  return pools.find(({ subnet }) => {
    const prefix = parsePrefix(subnet ?? '');
    return reading.ok && prefix.ok && containsAddress(prefix.prefix, reading.address);
  });
}

/** Why a member could not have its address again. */
function addressObstacle(member: Member, spec: NetworkSpec): string | undefined {
  for (const address of [member.settings.ipv4, member.settings.ipv6]) {
    if (address === undefined) continue;
    const pool = poolHolding(address, spec.ipam?.pools ?? []);
    const who = `${member.container.name} has the static address ${address}`;
    if (!pool) return `${who}, which is in no subnet of the new network`;
    if (pool.gateway === address) return `${who}, which would be the gateway's`;
    const reserved = Object.entries(pool.auxAddresses ?? {}).find(([, taken]) => taken === address);
    if (reserved) return `${who}, which would be reserved for ${reserved[0]}`;
  }
  return undefined;
}

/** Why a member would not come back as it was. */
function memberObstacle(container: Container, network: Network): string | undefined {
  const { name, reading, networkMode, state } = container;
  if (reading.read !== 'details') {
    return `the settings of ${name} on it could not be read${reading.read === 'unreadable' ? `: ${reading.why}` : ''}`;
  }
  if (state === 'restarting')
    return `${name} is in a restart loop and cannot be reconnected between two runs`;
  if (networkMode.kind === 'network' && networkMode.network === network.id) {
    return `${name} was created on the network's ID and could not start without that very network`;
  }
  return undefined;
}

/**
 * A MAC address that was asked for at the creation is the home network's. Engines before 25.0 give it to the container
 * again at each connect there (measured on 20.10); later ones forget it at a disconnect, and before API 1.54 take none
 * at a connect. One that a container has lost already is no loss.
 */
function unrestorable(container: Container, network: Network, engine: EngineInfo): string | undefined {
  if (container.reading.read !== 'details' || !isHome(container, network)) return undefined;
  if (!versionAtLeast(engine.apiVersion, '1.44') || versionAtLeast(engine.apiVersion, '1.54'))
    return undefined;
  const { macAddress } = container.reading.details;
  const has = endpointOn(container, network.name)?.mac;
  const isLost = has !== undefined && has !== macAddress?.toLowerCase();
  return macAddress === undefined || isLost
    ? undefined
    : `${container.name} asked for the MAC address ${macAddress}, which Engine ${engine.version} cannot restore`;
}

function foreignOwner(network: Network): string | undefined {
  if (isOwnNetwork(network)) return undefined;
  const project = network.labels['com.docker.compose.project'];
  return project === undefined ? 'somebody else made it' : `it belongs to Compose project ${project}`;
}

function leftOf(ghost: string): string {
  return `an endpoint of ${ghost}, a container that is no more, is left on it`;
}

/** All that stands in the way, told before anything is touched. */
function obstacles(
  spec: NetworkSpec,
  network: Network,
  members: readonly Container[],
  world: NetworkWorld,
  { force }: RecreationOptions,
): string[] {
  const others = takenSubnets(world.networks.filter(other => other.id !== network.id));
  const owner = foreignOwner(network);
  const ghosts = ghostsOn(network, world);
  return [
    ...(force || owner === undefined || world.engine.kind === 'podman'
      ? []
      : [`${owner}: recreating it takes --force`]),
    ...(world.engine.kind === 'podman' && members.length > 0
      ? ['Podman does not tell which addresses members asked for, so they could not be put back']
      : []),
    ...(world.engine.kind === 'podman' && owner !== undefined
      ? [`${owner}, and Podman does not tell all that it may have been made with`]
      : []),
    ...(network.scope === 'local' ? [] : ['it is a swarm network, which services are on beside containers']),
    unsupported(spec, world.engine),
    overlapWith(spec, others),
    ...members.map(container => memberObstacle(container, network)),
    ...members.map(container => addressObstacle(memberRecord(container, network), spec)),
    ...(force ? [] : members.map(container => unrestorable(container, network, world.engine))),
    ...ghosts.unreachable,
    ...(force ? [] : ghosts.removable.map(name => `${leftOf(name)}: removing it along takes --force`)),
  ].filter(obstacle => obstacle !== undefined);
}

/** What it takes to mend a network: removed and made again, with every member put back as it was. */
export function planRecreation(
  declared: NetworkSpec,
  network: Network,
  drift: readonly FieldDrift[],
  world: NetworkWorld,
  options: RecreationOptions,
): Plan {
  const finding = (part: Pick<Finding, 'find' | 'reason' | 'hints' | 'drift'>): Finding => ({
    job: 'networks',
    network: network.name,
    ...part,
  });
  if (!world.containers) {
    return { steps: [], findings: [finding({ find: 'refused', reason: 'who is on it was not read' })] };
  }
  const members = membersOf(network, world.containers);
  const spec = renewedSpec(declared, network, world.engine);
  const found = obstacles(spec, network, members, world, options);
  if (found.length > 0) {
    const reason = 'exists otherwise than declared and cannot be recreated; nothing was touched';
    return { steps: [], findings: [finding({ find: 'drift', reason, drift, hints: found })] };
  }
  const { removable } = ghostsOn(network, world);
  const step: RecreateNetwork = {
    do: 'recreate-network',
    job: 'networks',
    network: { id: network.id, name: network.name },
    spec,
    previous: specOf(network, world.engine),
    members: members.map(container => memberRecord(container, network)),
    ...(removable.length > 0 && { ghosts: removable }),
    reason: drift.map(({ field, declared: to, actual }) => `${field}: ${actual} → ${to}`).join('; '),
  };
  const losses = [
    ...members.map(container => unrestorable(container, network, world.engine)),
    ...removable.map(name => `${leftOf(name)}, and is removed along`),
  ]
    .filter(loss => loss !== undefined)
    .map(loss => finding({ find: 'warning', reason: loss }));
  const running = step.members.filter(({ alive }) => alive).map(({ container }) => container.name);
  if (running.length === 0) return { steps: [step], findings: losses };
  const reason = `recreating ${network.name} interrupts the network of ${running.join(', ')} for a moment`;
  return { steps: [step], findings: [finding({ find: 'warning', reason }), ...losses] };
}
