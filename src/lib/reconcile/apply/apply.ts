import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import type { EngineInfo } from '../../model/engine-info.js';
import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';
import type { Plan } from '../../model/plan.js';
import type { Report, StepFailure, StepResult } from '../../model/report.js';
import type { Step } from '../../model/step.js';
import { blockedBy } from './blocked-by.js';
import { execute } from './execute.js';
import { KnownRoutings } from './known-routings.js';
import type { Kernel } from '../../netns/kernel.js';
import { type Journal, noJournal } from '../journal/journal.js';
import { guardOnceMade } from './set-guard.js';
import { closesTraffic } from '../../warps/changes/safe-order.js';
import { RecentContainers } from '../recent-containers.js';
import { GoneWarpMonitor, takesEngine } from './gone-warp-monitor.js';
import { groupSteps } from './step-groups.js';
import { markStaleRoutes } from './mark-stale-routes.js';

export interface ApplyOptions {
  readonly signal?: AbortSignal;
  /** Where recreations are written down; without one nothing is recreated. */
  readonly journal?: Journal;
  /** The kernel that the containers run on, where it is this one. */
  readonly kernel?: Kernel;
  /** What is in the containers' namespaces: ways that a warp leaves behind meanwhile are closed at once. */
  readonly known?: KnownRoutings;
  /** After the first step that fails only those are attempted that close, or guard. */
  readonly failFast?: boolean;
  /** Why a step is not attempted at present, nor what depends on it; asked right before each. */
  readonly heldBack?: (step: Step) => string | undefined;
  /** Called before each step is attempted, with how many were before it. */
  readonly onStep?: (step: Step, index: number) => void;
}

function failureOf(error: unknown): StepFailure {
  return error instanceof FairleadError
    ? { code: error.code, message: error.message, hints: error.hints, exit: error.exit }
    : { code: 'unexpected', message: messageOf(error), hints: [], exit: ExitCode.failed };
}

/** By name, what the networks are that the plan recreates: until it does, and where it cannot. */
function idsBefore(steps: readonly Step[]): ReadonlyMap<string, string> {
  return new Map(
    steps.flatMap(step =>
      step.do === 'recreate-network' ? [[step.network.name, step.network.id] as const] : [],
    ),
  );
}

/** Measured on two cores, busy and idle: what is gained by more is lost by the first having to wait. */
const closingsAtOnce = 8;

/** Why a step is not attempted any more, whatever it is about. */
function endedBy(
  { signal, failFast = false }: ApplyOptions,
  step: Step,
  failed: readonly Step[],
): string | undefined {
  if (signal?.aborted) return 'interrupted';
  return failFast && failed.length > 0 && !closesTraffic(step)
    ? 'a step before it failed, and the first failure ends the run'
    : undefined;
}

/**
 * Does the steps of a plan, one after the other, and side by side those that only take ways back: the only writer there
 * is. A step that fails does not stop the ones that do not depend on it. When the signal fires, the steps under way end
 * and the rest is skipped.
 */
export async function apply(
  engine: Engine,
  info: EngineInfo,
  plan: Plan,
  options: ApplyOptions = {},
): Promise<Report> {
  const { onStep, journal = noJournal, known = new KnownRoutings() } = options;
  const failed: Step[] = [];
  const heldBack: Step[] = [];
  const created = new Map<string, string>();
  const { kernel } = options;
  const standing = idsBefore(plan.steps);
  const guardIt = guardOnceMade(kernel, plan.steps, () => new Map([...standing, ...created]));
  const onMade = async (network: IdentifiedNetwork): Promise<void> => {
    // Also where its recreation fails afterwards: this is what there is of it now.
    created.set(network.name, network.id);
    await guardIt?.(network);
  };
  const containers = new RecentContainers(engine);
  const context = { engine, info, containers, created, standing, journal, kernel, onMade };
  const { default: pLimit } = await import('p-limit');
  const results: StepResult[] = [];
  const attempt = async (step: Step, begin: () => void): Promise<StepResult> => {
    const held = options.heldBack?.(step);
    const blocked = endedBy(options, step, failed) ?? held ?? blockedBy(step, [...failed, ...heldBack]);
    if (held !== undefined) heldBack.push(step);
    if (blocked !== undefined) return { step, outcome: 'skipped', note: blocked };
    begin();
    try {
      const { outcome, note, needsAnotherRound, left, created: made } = await execute(step, context);
      if (made) created.set(made.name, made.id);
      known.note(step, left);
      return {
        step,
        outcome,
        ...(note !== undefined && { note }),
        ...(needsAnotherRound && { needsAnotherRound }),
      };
    } catch (error) {
      failed.push(step);
      return { step, outcome: 'failed', failure: failureOf(error) };
    }
  };
  // One writer at a time where they could meet in one namespace.
  const inKernel = pLimit(1);
  const limit = pLimit(closingsAtOnce);
  const lookout = new GoneWarpMonitor({
    engine,
    known,
    close: plan =>
      inKernel(async () => {
        const closed = await limit.map(plan(), step => attempt(step, () => undefined));
        // Whatever else is to be done about them is planned in another round.
        const again = closed.map((each): StepResult =>
          each.outcome === 'done' ? { ...each, needsAnotherRound: true } : each,
        );
        results.push(...again.filter(({ outcome }) => outcome !== 'skipped'));
        return closed;
      }),
  });
  try {
    for (const group of groupSteps(plan.steps)) {
      const doIt = (): Promise<StepResult[]> =>
        limit.map(group, ({ step, index }) => attempt(step, () => onStep?.(step, index)));
      const isCall = group.some(({ step }) => takesEngine(step));
      if (isCall) lookout.begin();
      results.push(...(await (isCall ? doIt() : inKernel(doIt))));
    }
  } finally {
    await lookout.end();
  }
  return { results: await markStaleRoutes(engine, results), findings: plan.findings };
}

/** The report of a plan that is only shown. */
export function dryRun(plan: Plan): Report {
  return { results: plan.steps.map(step => ({ step, outcome: 'planned' })), findings: plan.findings };
}
