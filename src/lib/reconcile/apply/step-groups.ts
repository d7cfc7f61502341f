import type { Step } from '../../model/step.js';
import { closesOnly } from '../../warps/changes/safe-order.js';

/** A step, and its place in the plan. */
export interface PlacedStep {
  readonly step: Step;
  readonly index: number;
}

/**
 * The steps in their order, in groups that may be done side by side. Steps that only remove routes to warps share a group,
 * each in a namespace of its own: until its turn has come, the address that a target sends to may be a stranger's. Every
 * other step is a group of its own.
 */
export function groupSteps(steps: readonly Step[]): PlacedStep[][] {
  const groups: PlacedStep[][] = [];
  let inGroup = new Set<string>();
  for (const [index, step] of steps.entries()) {
    const id = step.do === 'set-routing' && closesOnly(step) ? step.container.id : undefined;
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
