import type { Engine } from '../../docker/engine.js';
import type { EngineInfo } from '../../model/engine-info.js';
import type { Plan } from '../../model/plan.js';
import type { Report, StepResult } from '../../model/report.js';
import type { Step } from '../../model/step.js';
import type { Kernel } from '../../netns/kernel.js';
import { type Journal, noJournal } from '../journal/journal.js';
import { RecentContainers } from '../recent-containers.js';
import type { GoneWarpMonitor } from './gone-warp-monitor.js';
import { KnownRoutings } from './known-routings.js';
import { markStaleRoutes } from './mark-stale-routes.js';
import { closingsAtOnce, groupSteps } from './step-groups.js';
import { StepRunner } from './step-runner.js';
import { Writers } from './writers.js';

export interface ApplyOptions {
  readonly signal?: AbortSignal;
  /** Where recreations are written down; without one nothing is recreated. */
  readonly journal?: Journal;
  /** The kernel that the containers run on, where it is this one. */
  readonly kernel?: Kernel;
  /** What is in the containers' namespaces and the guard; what the steps leave there is noted in it. */
  readonly known?: KnownRoutings;
  /** Shared with whatever else writes to namespaces at the same time. */
  readonly writers?: Writers;
  /** Closes what a warp leaves behind that ends while the steps are done; it has ended when they are. */
  readonly monitor?: GoneWarpMonitor | undefined;
  /** After the first step that fails only those are attempted that close, or guard. */
  readonly failFast?: boolean;
  /** Why a step is not attempted at present, nor what depends on it; asked right before each. */
  readonly heldBack?: (step: Step) => string | undefined;
  /** Called before each step is attempted, with how many were before it. */
  readonly onStep?: (step: Step, index: number) => void;
}

/**
 * Does the steps of a plan: one after the other, and steps that only close side by side. A step that fails does not stop
 * the ones that do not depend on it. When the signal fires, the steps under way end and the rest is skipped.
 */
export async function apply(
  engine: Engine,
  info: EngineInfo,
  plan: Plan,
  options: ApplyOptions = {},
): Promise<Report> {
  const { monitor, onStep, kernel, ...others } = options;
  const { journal = noJournal, known = new KnownRoutings(), writers = new Writers() } = options;
  const containers = new RecentContainers(engine);
  const own = { engine, info, kernel, containers, journal, known, writers };
  const runner = new StepRunner(plan.steps, { ...others, ...own });
  const results: StepResult[] = [];
  const takeClosings = (): void => {
    const closings = known.takeClosings();
    runner.noteFailures(closings);
    results.push(...closings);
  };
  const { default: pLimit } = await import('p-limit');
  const limit = pLimit(closingsAtOnce);
  try {
    for (const group of groupSteps(plan.steps)) {
      takeClosings();
      monitor?.begin();
      const done = await limit.map(group, ({ step, index }) => runner.run(step, () => onStep?.(step, index)));
      takeClosings();
      results.push(...done);
    }
  } finally {
    await monitor?.end();
  }
  takeClosings();
  return { results: await markStaleRoutes(engine, results), findings: plan.findings };
}

/** The report of a plan that is only shown. */
export function dryRun(plan: Plan): Report {
  return { results: plan.steps.map(step => ({ step, outcome: 'planned' })), findings: plan.findings };
}
