import type { Engine } from '../../docker/engine.js';
import { ExitCode } from '../../model/errors.js';
import {
  type RoutingChange,
  type RoutingState,
  type ViaRoute,
  isViaRoute,
  noRouting,
} from '../../model/routing.js';
import type { ClearRouting, SetNat, SetRouting } from '../../model/step.js';
import { KernelError, isKernelFailure } from '../../netns/kernel-error.js';
import type { Kernel } from '../../netns/kernel.js';
import { holderOf } from '../../warps/policy/by-hand.js';
import { routingChanges } from '../../warps/changes/changes.js';
import { removesRoutesOnly, replayClosing } from '../../warps/changes/stale-routes.js';
import type { Executed } from '../executed.js';
import { currentProcess } from '../process-of.js';
import type { RecentContainers } from '../recent-containers.js';

/** How often a step is tried: after each conflict with another writer the namespace is read again. */
const attempts = 4;

const endedMeanwhile: Executed = {
  outcome: 'unchanged',
  note: 'has ended or been restarted',
  needsAnotherRound: true,
};

async function nowThere(kernel: Kernel, step: SetRouting | ClearRouting): Promise<RoutingState | undefined> {
  const reading = await kernel.readNamespace(step.container, { warpSide: false });
  return reading.read === 'state' ? reading.state.routing : undefined;
}

/** The changes without routes to warps that have gone since they were planned: those stay closed. */
async function stillTrue(
  changes: readonly RoutingChange[],
  containers: RecentContainers,
): Promise<readonly RoutingChange[]> {
  const opens = (change: RoutingChange): ViaRoute | undefined =>
    change.change === 'set-route' && isViaRoute(change.route) ? change.route : undefined;
  if (!changes.some(opens)) return changes;
  const present = await containers.now();
  return changes.filter(change => {
    const via = opens(change);
    return !via || holderOf(via, present) !== undefined;
  });
}

/**
 * Reports a closing that found another routing than it was planned from. Where more is left to do than to close, another
 * round plans it.
 */
function closedElsewhere(left: RoutingState | undefined, wanted: RoutingState): Partial<Executed> {
  if (!left) return {};
  return routingChanges(left, wanted).length === 0
    ? { left }
    : { left, note: 'its routing was changed by somebody else', needsAnotherRound: true };
}

/**
 * Brings a namespace to the routing that a step wants. Another run of Fairlead may have changed it since it was read: it
 * is then read again, and the changes that are still missing are made. A step that only removes routes never does more
 * than that: it must not put back the routing that it was planned from.
 */
export async function setRouting(
  kernel: Kernel,
  engine: Engine,
  step: SetRouting | ClearRouting,
  containers: RecentContainers,
): Promise<Executed> {
  const wanted = step.do === 'set-routing' ? step.routing : noRouting;
  // A closing does not wait for an engine that may hang over the container: the kernel tells that the process is this
  // container's, and a later run of it has none of the routes that are removed.
  const confirm = removesRoutesOnly(step.changes)
    ? () => Promise.resolve(step.container)
    : () => currentProcess(engine, step.container);
  let { changes } = step;
  let left: RoutingState | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const valid = await stillTrue(changes, containers);
      await kernel.changeRouting(step.container, valid, confirm);
      return valid.length === changes.length
        ? { outcome: 'done', ...closedElsewhere(left, wanted) }
        : { outcome: 'done', note: 'its warp has gone meanwhile: blocked', needsAnotherRound: true };
    } catch (error) {
      if (isKernelFailure(error, 'gone')) return endedMeanwhile;
      if (!isKernelFailure(error, 'conflict') || attempt === attempts) throw error;
      const there = await nowThere(kernel, step);
      if (!there) return endedMeanwhile;
      left = replayClosing(step.changes, there);
      changes = routingChanges(there, left ?? wanted);
      if (changes.length === 0)
        return { outcome: 'unchanged', note: 'was done meanwhile', ...closedElsewhere(left, wanted) };
    }
  }
}

export async function setNat(kernel: Kernel, engine: Engine, step: SetNat): Promise<Executed> {
  try {
    await kernel.setNat(step.container, step.nat, () => currentProcess(engine, step.container));
    return { outcome: 'done' };
  } catch (error) {
    if (isKernelFailure(error, 'gone')) return endedMeanwhile;
    throw error;
  }
}

/** For a step that was planned without a kernel at hand: a plan is made for the host it is carried out on. */
export function kernelNeeded(): KernelError {
  return new KernelError('not-here', 'Could not change routing: the containers run on another host.', {
    exit: ExitCode.failed,
    hints: ['Run Fairlead on the host of the engine.'],
  });
}
