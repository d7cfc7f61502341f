import type { Engine } from '../docker/engine.js';
import { ExitCode, FairleadError } from '../model/errors.js';
import type { Kernel } from '../netns/kernel.js';
import type { Plan } from '../model/plan.js';
import type { Report, StepFailure, StepResult } from '../model/report.js';
import type { Step } from '../model/step.js';
import type { World } from '../model/world.js';
import { apply, dryRun } from './apply/apply.js';
import { GoneWarpMonitor } from './apply/gone-warp-monitor.js';
import { KnownRoutings } from './apply/known-routings.js';
import { Writers } from './apply/writers.js';
import { joinReports } from './join-reports.js';
import type { Journal } from './journal/journal.js';

/** What every pass sees. */
type SeenWorld = Pick<World, 'engine' | 'kernel'> & Partial<Pick<World, 'containers' | 'networks'>>;

/** A pass over a part of the world: how to see it, and what to do about it. */
export interface Pass<Seen extends SeenWorld> {
  readonly observe: (engine: Engine, signal: AbortSignal | undefined) => Promise<Seen>;
  readonly plan: (seen: Seen) => Plan;
  /** End at the first step that fails. */
  readonly failFast?: boolean;
  /** Called with all that was attempted, however it ended. */
  readonly onDone?: (report: Report, seen: Seen) => Promise<void>;
  /**
   * The pass that follows this one; `undefined` where nothing is left to do. Some routes can only be planned after a
   * connect, for the addresses that decide about them exist from then on.
   */
  readonly next?: (report: Report, seen: Seen) => Pass<Seen> | undefined;
  /** The kernel that the containers run on, where the pass works on it. */
  readonly kernel?: Kernel | undefined;
  /** Whether a guard of an earlier run may be in force: it is then watched before the pass has read anything else. */
  readonly isGuarded?: boolean;
}

/** After this many rounds no other one is begun: something else keeps changing what each of them finds. */
const mostRounds = 4;

export interface PassOptions {
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
  readonly journal?: Journal;
  /** Called with the plan before anything is done. */
  readonly onPlan?: (plan: Plan) => void;
  readonly onStep?: (step: Step, index: number, total: number) => void;
  /** Why a step is not attempted at present. */
  readonly heldBack?: (step: Step) => string | undefined;
  /** Do what can be done where the rights for warps are missing: what needs them fails on its own. */
  readonly partial?: boolean;
  /** What passes before this one knew of the namespaces; what this one learns is noted in it. */
  readonly known?: KnownRoutings;
  /** Rounds begun so far. */
  readonly rounds?: number;
}

export interface PassResult<Seen> {
  readonly seen: Seen;
  readonly report: Report;
}

/** Where the rights are missing for a part of the work, none of it is begun. */
function refuseHalfWork({ kernel }: Pick<World, 'kernel'>): void {
  const away = kernel?.outOfReach;
  if (away?.exit !== ExitCode.privileges) return;
  throw new FairleadError(away.why, { code: away.code, exit: away.exit, hints: away.hints });
}

/** Reports steps that still need another round as failed: the command must not say that all is as declared. */
function unsettled(report: Report): Report {
  const failure: StepFailure = {
    code: 'unsettled',
    message: 'what was found was another thing each time: somebody keeps changing it',
    hints: ['Run it again when that is over; fairlead watch goes on until it is as declared.'],
    exit: ExitCode.failed,
  };
  const results = report.results.map((result): StepResult =>
    result.needsAnotherRound ? { ...result, outcome: 'failed', failure } : result,
  );
  return { ...report, results };
}

/** One round: observe → plan → apply. There is no other way to change anything. */
async function runRound<Seen extends SeenWorld>(
  engine: Engine,
  pass: Pass<Seen>,
  options: PassOptions & { readonly known: KnownRoutings },
): Promise<PassResult<Seen>> {
  const { known, signal, journal, heldBack, onStep } = options;
  const { kernel } = pass;
  const writers = new Writers();
  const monitor =
    kernel && !options.dryRun
      ? new GoneWarpMonitor({ engine, kernel, known, writers, signal, heldBack })
      : undefined;
  // Before anything is read: to read may take long too, and what earlier passes have opened is known.
  monitor?.begin();
  if (pass.isGuarded) monitor?.readFirst();
  try {
    const seen = await pass.observe(engine, signal);
    known.see(seen);
    if (!options.dryRun && !options.partial) refuseHalfWork(seen);
    const plan = pass.plan(seen);
    options.onPlan?.(plan);
    if (options.dryRun) return { seen, report: dryRun(plan) };
    const report = await apply(engine, seen.engine, plan, {
      ...(signal && { signal }),
      ...(journal && { journal }),
      ...(kernel && { kernel }),
      known,
      writers,
      monitor,
      ...(pass.failFast && { failFast: true }),
      ...(heldBack && { heldBack }),
      onStep: (step, index) => onStep?.(step, index, plan.steps.length),
    });
    return { seen, report };
  } finally {
    await monitor?.end();
  }
}

/** Runs a pass, and the rounds that follow from what it did. */
export async function runPass<Seen extends SeenWorld>(
  engine: Engine,
  pass: Pass<Seen>,
  options: PassOptions,
): Promise<PassResult<Seen>> {
  const { known = new KnownRoutings(), rounds = 1 } = options;
  const { seen, report } = await runRound(engine, pass, { ...options, known });
  if (options.dryRun) return { seen, report };
  await pass.onDone?.(report, seen);
  const next = rounds < mostRounds && !options.signal?.aborted ? pass.next?.(report, seen) : undefined;
  if (!next) return { seen, report: rounds < mostRounds ? report : unsettled(report) };
  const after = await runPass(engine, next, { ...options, known, rounds: rounds + 1 });
  return { seen: after.seen, report: joinReports(report, after.report) };
}
