import { type Container, isAlive } from '../../model/container.js';
import { type GuardedBridge, type GuardedNetwork, type WrittenBridge, bridgeOf } from '../../model/guard.js';
import type { Kernel } from '../../netns/kernel.js';
import { type KnownBridge, addressesOn } from '../../warps/changes/stale-guard.js';
import type { Executed } from '../executed.js';
import type { RecentContainers } from '../recent-containers.js';
import type { KnownGuard } from './known-guard.js';

/** A guarded network with its bridge: one that this plan makes has its name from the ID it has been given. */
function withBridge(
  { network, bridge, warps }: GuardedNetwork,
  ids: ReadonlyMap<string, string>,
): WrittenBridge | undefined {
  const id = ids.get(network.name) ?? network.id;
  const name = bridge ?? (id === undefined ? undefined : bridgeOf({ id, options: {} }));
  return name === undefined ? undefined : { network, bridge: name, warps };
}

/**
 * The guard without addresses that their warp has lost since the plan was made. A warp that is merely off the network
 * keeps its address unless another container has it: its network may be recreated at this moment.
 */
async function withoutLost(
  guard: readonly WrittenBridge[],
  known: KnownGuard,
  containers: RecentContainers,
): Promise<readonly WrittenBridge[]> {
  if (guard.every(({ warps }) => warps.length === 0)) return guard;
  let present: readonly Container[];
  try {
    present = await containers.now();
  } catch {
    // A guard that waits for the engine guards nothing.
    return guard;
  }
  const running = present.filter(isAlive);
  const isLost = (networkName: string, address: string): boolean => {
    const holder = known.holderOf(networkName, address);
    if (holder === undefined) return false;
    const now = running.find(container => addressesOn(container, networkName).includes(address));
    return now ? now.id !== holder : !running.some(({ id }) => id === holder);
  };
  return guard.map(each => ({
    ...each,
    warps: each.warps.filter(address => !isLost(each.network.name, address)),
  }));
}

interface GuardContext {
  /** IDs of networks that the plan creates or recreates, by name. */
  readonly ids: ReadonlyMap<string, string>;
  readonly known: KnownGuard;
  readonly containers: RecentContainers;
}

function countOf(guard: readonly GuardedBridge[]): number {
  return guard.reduce((sum, { warps }) => sum + warps.length, 0);
}

/** Puts the guard in force for these networks; one that could not be created has no bridge to guard. */
export async function setGuard(
  kernel: Kernel,
  networks: readonly GuardedNetwork[],
  { ids, known, containers }: GuardContext,
): Promise<Executed> {
  const planned = networks.flatMap(network => withBridge(network, ids) ?? []);
  const guard = await withoutLost(planned, known, containers);
  await kernel.setGuard(guard.map(({ bridge, warps }) => ({ bridge, warps })));
  const missing = networks.length - guard.length;
  const notes = [
    ...(missing > 0 ? [`${String(missing)} without a bridge, for they could not be created`] : []),
    ...(countOf(guard) < countOf(planned) ? ['without the address of a warp that has gone meanwhile'] : []),
  ];
  return {
    outcome: 'done',
    guard,
    ...(notes.length > 0 && { note: notes.join('; ') }),
    ...(countOf(guard) < countOf(planned) && { needsAnotherRound: true }),
  };
}

/**
 * Takes addresses out of the guard that is in force by now, and adds nothing: another run may have changed it since this
 * step was planned. A table that was taken away or changed is left to the plan of another round.
 */
export async function withdrawFromGuard(
  kernel: Kernel,
  withdraws: readonly GuardedBridge[],
  known: readonly KnownBridge[],
): Promise<Executed> {
  const inForce = await kernel.readGuard();
  if (!inForce?.whole) {
    const note = 'the guard was changed by somebody else';
    return { outcome: 'unchanged', note, needsAnotherRound: true, guard: [] };
  }
  const guard = inForce.bridges.map(({ bridge, warps }): WrittenBridge => {
    const gone = withdraws.find(each => each.bridge === bridge)?.warps ?? [];
    const network = known.find(each => each.bridge === bridge)?.network ?? { name: bridge };
    return { network, bridge, warps: warps.filter(address => !gone.includes(address)) };
  });
  if (countOf(guard) === countOf(inForce.bridges))
    return { outcome: 'unchanged', note: 'was done meanwhile', guard };
  await kernel.setGuard(guard.map(({ bridge, warps }) => ({ bridge, warps })));
  return { outcome: 'done', guard };
}
