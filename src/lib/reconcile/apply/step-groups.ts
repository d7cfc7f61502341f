import type { Step } from '../../model/step.js';
import { closesOnly } from '../../warps/changes/safe-order.js';
import { isKernelStep, namespaceOf } from './kernel-steps.js';

/** Measured on two cores, busy and idle: more of them at once only makes the first ones wait. */
export const closingsAtOnce = 8;

/** A step, and its place in the plan. */
export interface PlacedStep {
  readonly step: Step;
  readonly index: number;
}

/**
 * The steps in their order, in groups that may be done side by side. Steps that only close share a group, each in a
 * namespace of its own: until its turn has come, the address that a target sends to may be a stranger's. Every other step
 * is a group of its own.
 */
export function groupSteps(steps: readonly Step[]): PlacedStep[][] {
  const groups: PlacedStep[][] = [];
  let inGroup = new Set<string>();
  for (const [index, step] of steps.entries()) {
    const id = isKernelStep(step) && closesOnly(step) ? namespaceOf(step) : undefined;
    const last = groups.at(-1);
    if (last && id !== undefined && inGroup.size > 0 && !inGroup.has(id)) last.push({ step, index });
    else {
      groups.push([{ step, index }]);
      inGroup = new Set();
    }
    if (id !== undefined) inGroup.add(id);
  }
  return groups;
}
