import { ExitCode } from '../../lib/model/errors.js';
import { type KernelView, mayBeReadAgain } from '../../lib/model/kernel-view.js';
import { KnownRoutings } from '../../lib/reconcile/apply/known-routings.js';
import { type Pass, runPass } from '../../lib/reconcile/pass.js';
import { Memory } from '../../lib/reconcile/observe/memory.js';
import type { Step } from '../../lib/model/step.js';
import type { World } from '../../lib/model/world.js';
import { markDepartures } from '../../lib/watch/departures/mark-departures.js';
import type { RunPass, Unread } from '../../lib/watch/passes/pass-request.js';
import type { Connection } from '../connection.js';
import { jobsFrom } from '../flags/job-flags.js';
import { type WholePassFlags, wholePass } from '../passes/whole-pass.js';
import { KnownEngine } from './known-engine.js';
import { routedIn } from './routed.js';
import type { Seen } from './target-states.js';

export interface PassRunnerOptions {
  readonly flags: WholePassFlags;
  /** The World as a pass saw it: for whoever wants to know more than its report. */
  readonly seen: (seen: Seen) => void;
  /** The step that is being done; undefined once the pass is over. */
  readonly at: (step: Step | undefined) => void;
}

/** The pass over the proxies alone: what it takes to see that they have nothing to route to any more. */
function proxiesOnly(flags: WholePassFlags): WholePassFlags {
  return { ...flags, only: ['proxies'] };
}

/** What of the kernel could not be read and may be readable in a moment: programs that were there before, for one. */
function unreadIn(view: KernelView | undefined, wasRead: boolean): Unread | undefined {
  const away = view?.outOfReach;
  if (away) {
    const mayBeBack = away.passing ?? (wasRead && away.exit !== ExitCode.privileges);
    return mayBeBack ? { what: 'kernel', why: away.why } : undefined;
  }
  return view && mayBeReadAgain(view) ? { what: 'namespaces' } : undefined;
}

/** The pass of `apply`, with a memory of what the passes before it read. The connection is asked for each time. */
export function passRunner(
  current: () => Connection,
  { flags, seen: onSeen, at }: PassRunnerOptions,
): RunPass {
  const memory = new Memory();
  const routings = new KnownRoutings();
  const known = new KnownEngine();
  let wasRead = false;
  const plansProxies = jobsFrom(flags.only)?.has('proxies') ?? true;
  return async (request, signal) => {
    memory.forget(request.forget);
    const connection = current();
    if (request.forget === 'everything') {
      known.forget();
      connection.journal.forgetEngine();
    }
    if (request.kernelAnew) memory.forgetKernel();
    const engine = known.knowing(connection.engine);
    const pass: Pass<World> = await wholePass(connection, request.only ? proxiesOnly(flags) : flags, memory);
    let first: World | undefined;
    const marked: Pass<World> = {
      ...pass,
      observe: async (...sources) =>
        (first = markDepartures(await pass.observe(...sources), request.departing)),
    };
    const { seen, report } = await runPass(engine, marked, {
      dryRun: false,
      journal: connection.journal,
      signal,
      partial: true,
      known: routings,
      heldBack: request.heldBack,
      onPlan: request.onPlan,
      onStep: step => {
        request.onProgress();
        at(step);
      },
    }).finally(() => at(undefined));
    if (!request.only) onSeen({ world: seen, config: connection.config });
    const { kernel } = await connection.kernel();
    const sources = { engine, memory, config: connection.config, isHere: kernel !== undefined };
    const unread = kernel && unreadIn(seen.kernel, wasRead);
    wasRead ||= seen.kernel?.host !== undefined;
    return {
      report,
      keepsKernel: seen.kernel?.host !== undefined,
      ...(unread && { unread }),
      // The rounds after the first look at warps alone, and know of no environment.
      ...(plansProxies && { routed: routedIn(first ?? seen, sources) }),
    };
  };
}
