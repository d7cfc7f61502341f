import { type Container, endpointOn, isAlive } from '../../model/container.js';
import { type GuardedBridge, type GuardedNetwork, bridgeOf } from '../../model/guard.js';
import type { NetworkRef, SetGuard } from '../../model/step.js';
import type { World } from '../../model/world.js';
import { canonicalAddress } from '../../net/address.js';

/** A guarded bridge, and for which container each address on it was let out, as far as this run knows. */
export interface KnownBridge {
  readonly network: NetworkRef;
  readonly bridge: string;
  /** Container IDs by address; undefined where no container had the address when it was last looked. */
  readonly holders: ReadonlyMap<string, string | undefined>;
}

/** The addresses that a container has on a network. */
export function addressesOn(container: Container, networkName: string): string[] {
  const { ipv4, ipv6 } = endpointOn(container, networkName) ?? {};
  return [ipv4, ipv6].flatMap(address => (address === undefined ? [] : [canonicalAddress(address)]));
}

function withdrawal(
  guard: readonly GuardedNetwork[],
  withdraws: readonly GuardedBridge[],
  reason: string,
): SetGuard {
  return { do: 'set-guard', job: 'warps', guard, withdraws, reason };
}

/**
 * Plans to take addresses out of the guard that their warps no longer have, and nothing else. An address whose warp was
 * never known stays: another run may have let it out.
 */
export function planStaleGuardRemoval(
  known: readonly KnownBridge[],
  containers: readonly Container[],
): SetGuard | undefined {
  const running = new Map(containers.filter(isAlive).map(container => [container.id, container]));
  const stale = known.flatMap(({ network, bridge, holders }) => {
    const isStale = (address: string): boolean => {
      const id = holders.get(address);
      const holder = id === undefined ? undefined : running.get(id);
      return id !== undefined && !(holder && addressesOn(holder, network.name).includes(address));
    };
    const gone = [...holders.keys()].filter(isStale);
    const left = [...holders.keys()].filter(address => !isStale(address));
    return gone.length === 0 ? [] : [{ network, bridge, gone, left }];
  });
  if (stale.length === 0) return undefined;
  return withdrawal(
    stale.map(({ network, bridge, left }) => ({ network, bridge, warps: left })),
    stale.map(({ bridge, gone }) => ({ bridge, warps: gone })),
    'its warp has gone meanwhile: what has its address now is not let out',
  );
}

/** The guard as it is planned, and what of it can be done before anything else: addresses that are not let out any more. */
export interface SplitGuard {
  readonly first: SetGuard;
  /** Absent where the first does all of it. */
  readonly rest?: SetGuard;
}

/**
 * Splits the step that sets the guard: what it only takes away need not wait for networks that are created or recreated
 * before it. Returns `undefined` where it takes nothing away, or where the table was changed by somebody else.
 */
export function splitGuard(step: SetGuard, { kernel, networks }: World): SplitGuard | undefined {
  const inForce = kernel?.host?.guard;
  if (!inForce?.whole || step.withdraws) return undefined;
  const bridges = inForce.bridges.map(({ bridge, warps }) => {
    const network = networks.find(each => bridgeOf(each) === bridge);
    const wanted = step.guard.find(each =>
      // One that is recreated has no ID in the plan, and is the network of its name until then.
      each.network.id === undefined ? each.network.name === network?.name : each.network.id === network?.id,
    );
    return { bridge, warps, wanted, gone: wanted ? warps.filter(each => !wanted.warps.includes(each)) : [] };
  });
  const withdraws = bridges.flatMap(({ bridge, gone }) => (gone.length > 0 ? [{ bridge, warps: gone }] : []));
  if (withdraws.length === 0) return undefined;
  const isAll =
    step.guard.length === bridges.length &&
    bridges.every(
      ({ bridge, warps, wanted }) =>
        wanted &&
        (wanted.bridge === bridge || wanted.network.id !== undefined) &&
        wanted.warps.every(address => warps.includes(address)),
    );
  if (isAll) return { first: { ...step, withdraws } };
  const narrowed = bridges.flatMap(({ bridge, warps, wanted, gone }) =>
    wanted && gone.length > 0
      ? [{ network: wanted.network, bridge, warps: warps.filter(each => !gone.includes(each)) }]
      : [],
  );
  const reason = `the warps on ${narrowed.map(({ network }) => network.name).join(', ')} have these addresses no more`;
  return { first: withdrawal(narrowed, withdraws, reason), rest: step };
}
