import { ExitCode } from '../../lib/model/errors.js';
import { type KernelView, mayBeReadAgain } from '../../lib/model/kernel-view.js';
import { KnownRoutings } from '../../lib/reconcile/apply/known-routings.js';
import { type Pass, runPass } from '../../lib/reconcile/pass.js';
import { Memory } from '../../lib/reconcile/observe/memory.js';
import type { Step } from '../../lib/model/step.js';
import type { World } from '../../lib/model/world.js';
import { markDepartures } from '../../lib/watch/departures/mark-departures.js';
import type { RunPass } from '../../lib/watch/passes/pass-request.js';
import type { Unread } from '../../lib/watch/passes/unread.js';
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
function unreadIn(view: KernelView | undefined, wasRead: boolean): Unread {
  const away = view?.outOfReach;
  if (away) {
    const mayBeBack = away.passing ?? (wasRead && away.exit !== ExitCode.privileges);
    return mayBeBack ? { kernel: away.why } : {};
  }
  return view && mayBeReadAgain(view) ? { namespaces: true } : {};
}

/** Why a pass over the proxies alone, which does not read the journal, changes no membership where the last one could not. */
function heldBackBy(journal: string | undefined, { do: what }: Step): string | undefined {
  const isMembership = what === 'connect' || what === 'disconnect';
  return isMembership && journal !== undefined ? `the journal could not be read: ${journal}` : undefined;
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
  /** Why the last pass over everything did not learn what other runs have begun. */
  let journalUnread: string | undefined;
  const plansProxies = jobsFrom(flags.only)?.has('proxies') ?? true;
  return async (request, signal) => {
    memory.passBegins();
    memory.forget(request.forget);
    memory.readAgain(request.retry);
    const connection = current();
    if (request.forget === 'everything') {
      known.forget();
      connection.journal.forgetEngine();
    }
    if (request.kernelAnew) memory.forgetKernel();
    const engine = known.knowing(connection.engine);
    if (!request.only) journalUnread = undefined;
    const pass: Pass<World> = await wholePass(connection, request.only ? proxiesOnly(flags) : flags, {
      memory,
      onUnknown: why => (journalUnread = why),
    });
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
      heldBack: step => (request.only && heldBackBy(journalUnread, step)) ?? request.heldBack(step),
      onPlan: request.onPlan,
      onStep: step => {
        request.onProgress();
        at(step);
      },
    }).finally(() => at(undefined));
    if (!request.only) onSeen({ world: seen, config: connection.config });
    const { kernel } = await connection.kernel();
    const sources = { engine, memory, config: connection.config, isHere: kernel !== undefined };
    const unread: Unread = {
      ...(kernel && unreadIn(seen.kernel, wasRead)),
      ...(journalUnread !== undefined && { journal: journalUnread }),
    };
    const { askAgainInMs } = memory;
    wasRead ||= seen.kernel?.host !== undefined;
    return {
      report,
      keepsKernel: seen.kernel?.host !== undefined,
      ...(Object.keys(unread).length > 0 && { unread }),
      ...(askAgainInMs !== undefined && { askAgainInMs }),
      // The rounds after the first look at warps alone, and know of no environment.
      ...(plansProxies && { routed: routedIn(first ?? seen, sources) }),
    };
  };
}
