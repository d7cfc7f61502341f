import type { Engine } from '../../docker/engine.js';
import type { ClearRouting, SetGuard, SetNat, SetRouting, Step } from '../../model/step.js';
import type { Kernel } from '../../netns/kernel.js';
import type { Executed } from '../executed.js';
import type { RecentContainers } from '../recent-containers.js';
import type { KnownRoutings } from './known-routings.js';
import { setGuard, withdrawFromGuard } from './set-guard.js';
import { kernelNeeded, setNat, setRouting } from './set-routing.js';

/** A step that writes to a namespace. */
export type KernelStep = SetRouting | ClearRouting | SetNat | SetGuard;

export interface KernelContext {
  readonly engine: Engine;
  /** Absent where the containers run on another host. */
  readonly kernel: Kernel | undefined;
  readonly containers: RecentContainers;
  /** What is in the namespaces and the guard; what a step leaves there is noted in it. */
  readonly known: KnownRoutings;
  /** IDs of networks that this run has created or will recreate, by name. */
  readonly networkIds: () => ReadonlyMap<string, string>;
}

export function isKernelStep(step: Step): step is KernelStep {
  return step.job === 'warps';
}

/** Stands for the namespace that Fairlead runs in. */
const hostNamespace = 'host';

/** The namespace that a step writes to, by the ID of its container. */
export function namespaceOf(step: KernelStep): string {
  return step.do === 'set-guard' ? hostNamespace : step.container.id;
}

/** Does a step that writes to a namespace, while nothing else writes to it: see `Writers`. */
export async function executeInKernel(step: KernelStep, context: KernelContext): Promise<Executed> {
  const executed = await write(step, context);
  context.known.note(step, executed);
  return executed;
}

function write(step: KernelStep, context: KernelContext): Promise<Executed> {
  const { engine, kernel, containers, known } = context;
  if (!kernel) throw kernelNeeded();
  switch (step.do) {
    case 'set-routing':
    case 'clear-routing':
      return setRouting(kernel, engine, step, containers);
    case 'set-nat':
      return setNat(kernel, engine, step);
    case 'set-guard':
      return step.withdraws
        ? withdrawFromGuard(kernel, step.withdraws, known.guard.bridges)
        : setGuard(kernel, step.guard, { ids: context.networkIds(), known: known.guard, containers });
  }
}
