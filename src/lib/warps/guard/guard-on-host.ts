import { type Container, endpointOn, isAlive } from '../../model/container.js';
import { escapeText } from '../../model/escape.js';
import { type GuardState, type GuardedNetwork, bridgeOf } from '../../model/guard.js';
import type { HostNetworking } from '../../model/kernel-view.js';
import { gatewayCandidates } from '../../model/gateway-moves.js';
import { gatewayOf } from '../../model/gateway.js';
import type { Network } from '../../model/network.js';
import type { Finding, Plan } from '../../model/plan.js';
import { type NetworkRef, networkRef } from '../../model/step.js';
import type { World } from '../../model/world.js';
import { canonicalAddress } from '../../net/address.js';
import { guardCaveats } from './guard-caveats.js';
import { guardObstacle, isYetToBeMade } from './guard-obstacle.js';

/** A warp, and whether all that it sends goes through another one: then it is let out of no network. */
export type GuardedWarp = Container & { readonly isRelayed?: true };

/** The warps of a network, whether or not they run. */
export type WarpsOn = (network: Network) => readonly GuardedWarp[];

/** Who may send out of a network, and who is meant to go through them. */
export interface Parties {
  readonly warpsOn: WarpsOn;
  readonly isTarget: (container: Container) => boolean;
  /** Whether a container may be a warp, as far as could be read: an address of it that is let out stays so. */
  readonly isUnsure: (container: Container) => boolean;
}

interface Guarded {
  readonly network: Network;
  readonly wanted: GuardedNetwork;
  /** What is in force for it. */
  readonly inForce?: GuardState['bridges'][number];
}

/**
 * Whether a warp's own way out is this network. One that has another goes out there; when it ends, the engine takes
 * that one away first, and for a moment it would send out here what it got (measured: for 25 to 95 ms).
 */
export function leavesBy(name: string, warp: Container, world: World): boolean {
  const gateway = gatewayOf(world.engine, gatewayCandidates(warp, world));
  return gateway === undefined || gateway.name === name;
}

/** Addresses that belong to these warps at present: one that has ended may have left its to a stranger. */
function addressesOn(network: Network, warps: readonly GuardedWarp[], world: World): string[] {
  const leaving = warps.filter(
    warp => isAlive(warp) && !warp.isRelayed && leavesBy(network.name, warp, world),
  );
  const endpoints = leaving.flatMap(warp => endpointOn(warp, network.name) ?? []);
  return endpoints.flatMap(({ ipv4 = [], ipv6 = [] }) => [ipv4, ipv6].flat()).map(canonicalAddress);
}

function guardOf(
  network: Network,
  { warpsOn, isUnsure }: Parties,
  { guard }: HostNetworking,
  world: World,
): Guarded {
  const named = network.options['com.docker.network.bridge.name'];
  // One that is recreated gets a bridge of another name, and that is not guarded yet.
  const bridge = isYetToBeMade(network) ? named : bridgeOf(network);
  const inForce = guard?.bridges.find(each => each.bridge === bridge);
  const unsure = addressesOn(network, world.containers.filter(isUnsure), world);
  const kept = unsure.filter(address => inForce?.warps.includes(address));
  const wanted: GuardedNetwork = {
    network: networkRef(network),
    ...(named !== undefined && { bridge: named }),
    warps: [...new Set([...addressesOn(network, warpsOn(network), world), ...kept])].sort(),
  };
  return { network, wanted, ...(inForce && { inForce }) };
}

function isInForce({ wanted, inForce }: Guarded): boolean {
  return inForce?.warps.join() === wanted.warps.join();
}

function describeInForce({ network, wanted, inForce }: Guarded): Finding {
  const dropped = inForce?.dropped ?? 0;
  const held = dropped === 0 ? '' : `; packets of others held back: ${String(dropped)}`;
  const who = wanted.warps.length === 0 ? 'no container' : `only ${wanted.warps.join(', ')}`;
  const reason = `guarded: ${who} may begin a connection out of it${held}`;
  return { find: 'unchanged', job: 'warps', network: network.name, reason };
}

/** Why the table is written, for the person who reads the plan. */
function reasonFor(guarded: readonly Guarded[], guard: GuardState | undefined): string {
  if (guarded.length === 0) return 'no network is guarded any more';
  const names = (some: readonly Guarded[]): string =>
    some.map(({ network }) => escapeText(network.name)).join(', ');
  const fresh = guarded.filter(({ inForce }) => !inForce);
  const changed = guarded.filter(each => each.inForce && !isInForce(each));
  const shut = changed.filter(({ wanted }) => wanted.warps.length === 0);
  const moved = changed.filter(({ wanted }) => wanted.warps.length > 0);
  const bridges = new Set(guarded.flatMap(({ inForce }) => inForce?.bridge ?? []));
  const gone = (guard?.bridges ?? []).map(({ bridge }) => bridge).filter(bridge => !bridges.has(bridge));
  return [
    ...(fresh.length > 0 ? [`only warps may send out of ${names(fresh)}`] : []),
    ...(shut.length > 0 ? [`no warp runs on ${names(shut)} any more: nothing gets out of it`] : []),
    ...(moved.length > 0 ? [`the addresses of the warps on ${names(moved)} are others now`] : []),
    ...(gone.length > 0 ? [`nothing is guarded on ${gone.join(', ')} any more`] : []),
    ...(guard?.whole === false ? ['the table is not as it was written'] : []),
  ].join('; ');
}

/** Networks without their guard; one that is yet to be made cannot have lost it. */
function missingIn(guarded: readonly Guarded[], guard: GuardState | undefined): Required<NetworkRef>[] {
  return guarded.flatMap(({ wanted: { network }, inForce }) =>
    network.id !== undefined && (!inForce || guard?.whole === false)
      ? [{ name: network.name, id: network.id }]
      : [],
  );
}

function isSettled(guarded: readonly Guarded[], guard: GuardState | undefined): boolean {
  if (!guard) return guarded.length === 0;
  const isSame = guarded.length === guard.bridges.length && guarded.every(isInForce);
  return guard.whole && isSame && guarded.length > 0;
}

/** The guard as it should be, against what is in force on this host. */
export function planGuardOnHost(
  networks: readonly string[],
  host: HostNetworking,
  world: World,
  parties: Parties,
): Plan {
  const { warpsOn, isTarget } = parties;
  const names = new Set([...networks].sort());
  const findings: Finding[] = [];
  const guarded: Guarded[] = [];
  for (const name of names) {
    // Engines before 25.0 can have two networks of one name: both are guarded.
    const matches = world.networks.filter(network => network.name === name);
    if (matches.length === 0) {
      const reason = 'cannot be guarded: it does not exist';
      findings.push({ find: 'refused', job: 'warps', network: name, reason });
    }
    for (const network of matches) {
      const warps = warpsOn(network);
      const each = guardOf(network, parties, host, world);
      const obstacle = guardObstacle(network, host, world);
      if (obstacle) findings.push({ find: 'refused', job: 'warps', network: name, ...obstacle });
      else {
        const known = guardCaveats(each.wanted, network, { warps, isTarget, guarded: names, world });
        // What is news by the step to come is told before it, and stands from then on.
        findings.push(
          ...known.map(about => (isInForce(each) ? about : { ...about, find: 'warning' as const })),
        );
      }
      if (!obstacle || each.inForce) guarded.push(each);
    }
  }
  const kept = guarded.filter(isInForce).map(describeInForce);
  if (isSettled(guarded, host.guard)) return { steps: [], findings: [...kept, ...findings] };
  const guard = guarded.map(({ wanted }) => wanted);
  const reason = reasonFor(guarded, host.guard);
  const missing = missingIn(guarded, host.guard);
  const step = {
    do: 'set-guard',
    job: 'warps',
    guard,
    ...(missing.length > 0 && { missing }),
    reason,
  } as const;
  return { steps: [step], findings: [...kept, ...findings] };
}
