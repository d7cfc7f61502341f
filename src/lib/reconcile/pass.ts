import type { Engine } from '../docker/engine.js';
import type { Plan } from '../model/plan.js';
import type { Report } from '../model/report.js';
import type { Step } from '../model/step.js';
import type { World } from '../model/world.js';
import { apply, dryRun } from './apply.js';
import type { Journal } from './journal.js';

/** A pass over a part of the world: how to see it, and what to do about it. */
export interface Pass<Seen extends Pick<World, 'engine'>> {
  readonly observe: (engine: Engine, signal: AbortSignal | undefined) => Promise<Seen>;
  readonly plan: (seen: Seen) => Plan;
  /** End at the first step that fails. */
  readonly failFast?: boolean;
}

export interface PassOptions {
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
  readonly journal?: Journal;
  /** Called with the plan before anything is done. */
  readonly onPlan?: (plan: Plan) => void;
  readonly onStep?: (step: Step, index: number, total: number) => void;
}

export interface PassResult<Seen> {
  readonly seen: Seen;
  readonly report: Report;
}

/** observe → plan → apply, once. There is no other way to change anything. */
export async function runPass<Seen extends Pick<World, 'engine'>>(
  engine: Engine,
  pass: Pass<Seen>,
  options: PassOptions,
): Promise<PassResult<Seen>> {
  const seen = await pass.observe(engine, options.signal);
  const plan = pass.plan(seen);
  options.onPlan?.(plan);
  if (options.dryRun) return { seen, report: dryRun(plan) };
  const report = await apply(engine, seen.engine, plan, {
    ...(options.signal && { signal: options.signal }),
    ...(options.journal && { journal: options.journal }),
    ...(pass.failFast && { failFast: true }),
    onStep: (step, index) => options.onStep?.(step, index, plan.steps.length),
  });
  return { seen, report };
}
