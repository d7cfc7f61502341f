import type { Step } from '../../model/step.js';
import { closesOnly } from '../../warps/changes/safe-order.js';

/** A step, and its place in the plan. */
export interface PlacedStep {
  readonly step: Step;
  readonly index: number;
}

/**
 * The steps in their order, those together that may be done side by side: steps that only take ways back, each in a
 * namespace of its own. Until its turn has come, an address that a target sends to may be a stranger's.
 */
export function stretchesOf(steps: readonly Step[]): PlacedStep[][] {
  const stretches: PlacedStep[][] = [];
  let together = new Set<string>();
  for (const [index, step] of steps.entries()) {
    const id = step.do === 'set-routing' && closesOnly(step) ? step.container.id : undefined;
    const last = stretches.at(-1);
    if (last && id !== undefined && together.size > 0 && !together.has(id)) last.push({ step, index });
    else {
      stretches.push([{ step, index }]);
      together = new Set();
    }
    if (id !== undefined) together.add(id);
  }
  return stretches;
}
