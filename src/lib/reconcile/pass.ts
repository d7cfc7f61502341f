import type { Engine } from '../docker/engine.js';
import { ExitCode, FairleadError } from '../model/errors.js';
import type { Kernel } from '../netns/kernel.js';
import type { Plan } from '../model/plan.js';
import type { Report, StepFailure, StepResult } from '../model/report.js';
import type { Step } from '../model/step.js';
import type { World } from '../model/world.js';
import { apply, dryRun } from './apply/apply.js';
import { KnownRoutings } from './apply/known-routings.js';
import type { Journal } from './journal/journal.js';

/** What every pass sees. */
type SeenWorld = Pick<World, 'engine' | 'kernel'> & Partial<Pick<World, 'containers'>>;

/** A pass over a part of the world: how to see it, and what to do about it. */
export interface Pass<Seen extends SeenWorld> {
  readonly observe: (engine: Engine, signal: AbortSignal | undefined) => Promise<Seen>;
  readonly plan: (seen: Seen) => Plan;
  /** End at the first step that fails. */
  readonly failFast?: boolean;
  /** Called with all that was attempted, however it ended. */
  readonly onDone?: (report: Report, seen: Seen) => Promise<void>;
  /** What is left to do once this has been done: an address that decides about a route exists from its connect on. */
  readonly next?: (report: Report, seen: Seen) => Pass<Seen> | undefined;
  /** The kernel that the containers run on, where the pass works on it. */
  readonly kernel?: Kernel | undefined;
}

/** A round after this many has nothing to wait for any more: somebody else keeps changing things. */
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

/** The last word on each job counts, and all that was done. */
function joinReports(before: Report, after: Report): Report {
  const seenAgain = new Set(after.findings.map(({ job }) => job).concat('warps'));
  return {
    results: [...before.results, ...after.results],
    findings: [...before.findings.filter(({ job }) => !seenAgain.has(job)), ...after.findings],
  };
}

/** What did not come to rest in all rounds is no success: whoever asked for it must not take it for done. */
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

/** observe → plan → apply, once, and once more for what depends on that. There is no other way to change anything. */
export async function runPass<Seen extends SeenWorld>(
  engine: Engine,
  pass: Pass<Seen>,
  options: PassOptions,
): Promise<PassResult<Seen>> {
  const { known = new KnownRoutings() } = options;
  const seen = await pass.observe(engine, options.signal);
  known.see(seen);
  if (!options.dryRun && !options.partial) refuseHalfWork(seen);
  const plan = pass.plan(seen);
  options.onPlan?.(plan);
  if (options.dryRun) return { seen, report: dryRun(plan) };
  const report = await apply(engine, seen.engine, plan, {
    ...(options.signal && { signal: options.signal }),
    ...(options.journal && { journal: options.journal }),
    ...(pass.kernel && { kernel: pass.kernel }),
    known,
    ...(pass.failFast && { failFast: true }),
    ...(options.heldBack && { heldBack: options.heldBack }),
    onStep: (step, index) => options.onStep?.(step, index, plan.steps.length),
  });
  await pass.onDone?.(report, seen);
  const { rounds = 1 } = options;
  const next = rounds < mostRounds && !options.signal?.aborted ? pass.next?.(report, seen) : undefined;
  if (!next) return { seen, report: rounds < mostRounds ? report : unsettled(report) };
  const after = await runPass(engine, next, { ...options, known, rounds: rounds + 1 });
  return { seen: after.seen, report: joinReports(report, after.report) };
}
