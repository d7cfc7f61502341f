import type { IdentifiedNetwork } from '../../docker/engine.js';
import { type GuardedBridge, type GuardedNetwork, bridgeOf } from '../../model/guard.js';
import type { Step } from '../../model/step.js';
import type { Kernel } from '../../netns/kernel.js';
import type { Executed } from '../executed.js';

/** The bridge of a guarded network: one that this plan makes has its name from the ID it has been given. */
function bridgeFor(
  { network, bridge, warps }: GuardedNetwork,
  ids: ReadonlyMap<string, string>,
): GuardedBridge | undefined {
  const id = ids.get(network.name) ?? network.id;
  const name = bridge ?? (id === undefined ? undefined : bridgeOf({ id, options: {} }));
  return name === undefined ? undefined : { bridge: name, warps };
}

/** Puts the guard in force for these networks; one that could not be created has no bridge to guard. */
export async function setGuard(
  kernel: Kernel,
  guard: readonly GuardedNetwork[],
  ids: ReadonlyMap<string, string>,
): Promise<Executed> {
  const bridges = guard.flatMap(network => bridgeFor(network, ids) ?? []);
  await kernel.setGuard(bridges);
  const missing = guard.length - bridges.length;
  return {
    outcome: 'done',
    ...(missing > 0 && { note: `${String(missing)} without a bridge, for they could not be created` }),
  };
}

/**
 * For a guarded network that is recreated: its new bridge is guarded before anybody is put back on it, beside all
 * that the plan guards anyway.
 */
export function guardOnceMade(
  kernel: Kernel | undefined,
  steps: readonly Step[],
  ids: () => ReadonlyMap<string, string>,
): ((network: IdentifiedNetwork) => Promise<void>) | undefined {
  const guard = steps.flatMap(step => (step.do === 'set-guard' ? step.guard : []));
  if (!kernel || guard.length === 0) return undefined;
  return async ({ name }) => {
    if (guard.some(({ network }) => network.name === name)) await setGuard(kernel, guard, ids());
  };
}
