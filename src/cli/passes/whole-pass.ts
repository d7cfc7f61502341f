import type { Job } from '../../lib/model/step.js';
import type { Report } from '../../lib/model/report.js';
import { type KernelView, mayBeReadAgain } from '../../lib/model/kernel-view.js';
import type { World } from '../../lib/model/world.js';
import { isToRecreate } from '../../lib/networks/inspection.js';
import { declaredIn, inspectionForAll } from '../../lib/reconcile/declared.js';
import {
  type BegunElsewhere,
  begunWhereReadable,
  nothingBegun,
} from '../../lib/reconcile/journal/journal-steps.js';
import { keepGuardForBoot } from '../../lib/reconcile/guard-for-boot.js';
import type { Memory } from '../../lib/reconcile/observe/memory.js';
import { observeAll } from '../../lib/reconcile/observe/observe-all.js';
import { withGhosts } from '../../lib/reconcile/observe/observe-ghosts.js';
import type { Pass } from '../../lib/reconcile/pass.js';
import { planAll } from '../../lib/reconcile/plan.js';
import type { Connection } from '../connection.js';
import { jobsFrom } from '../flags/job-flags.js';
import { noConfig } from '../no-config.js';

export interface WholePassFlags {
  readonly only?: readonly string[] | undefined;
  readonly prune?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly 'fail-fast'?: boolean | undefined;
}

/** How long a watch waits for an engine that does not say who it is. `apply` waits for as long as its calls may take. */
const journalWaitMs = 2000;

const warpsOnly: ReadonlySet<Job> = new Set(['warps']);

/** Whether something was done on which it depends how a warp is reached. */
function movesAddresses({ results }: Report): boolean {
  return results.some(
    ({ step, outcome, needsAnotherRound }) =>
      needsAnotherRound ?? (outcome === 'done' && step.job !== 'warps'),
  );
}

/** Whether somebody ended, or began anew, while it was looked at: then not everything was seen. */
export function hasGone({ namespaces }: KernelView): boolean {
  return [...namespaces.values()].some(({ read }) => read === 'gone');
}

export interface Across {
  /** What it holds of earlier passes is not read again. */
  readonly memory?: Memory | undefined;
  /** Called where it is not known what other runs have begun, with the reason. */
  readonly onUnknown?: (why: string) => void;
}

/** The pass over all that the config declares. */
export async function wholePass(
  { config, configFile, journal, kernel }: Pick<Connection, 'config' | 'configFile' | 'journal' | 'kernel'>,
  flags: WholePassFlags,
  { memory, onUnknown }: Across = {},
): Promise<Pass<World>> {
  if (configFile === undefined) throw noConfig();
  const declared = declaredIn(config);
  const access = await kernel();
  let begun: BegunElsewhere = nothingBegun;
  const passFor = (only: ReadonlySet<Job> | undefined, isSecondLook = false): Pass<World> => ({
    failFast: (flags['fail-fast'] ?? false) || config.fail_fast,
    kernel: access.kernel,
    isGuarded: declared.warps.guarded.length > 0 && (only?.has('warps') ?? true),
    observe: async (engine, signal) => {
      const sources = { engine, access, memory, signal };
      const plansNetworks = only?.has('networks') ?? true;
      const waitMs = memory && journalWaitMs;
      // Before the lists: a network that another run is recreating at that moment is missing in them.
      begun = plansNetworks ? await begunWhereReadable(journal, { signal, waitMs }) : nothingBegun;
      if (begun.unknown?.passing) onUnknown?.(begun.unknown.why);
      const seen = await observeAll(sources, inspectionForAll(declared, only), declared.warps, only);
      return plansNetworks ? withGhosts(engine, seen, isToRecreate(declared.networks), signal) : seen;
    },
    plan: world =>
      planAll(declared, world, {
        ...(only && { only }),
        force: flags.force ?? false,
        prune: flags.prune ?? false,
        ...begun,
      }),
    onDone: async (report, { kernel: view }) => {
      for (const { step } of report.results) memory?.forgetStep(step);
      const isDeclared = declared.warps.guarded.length > 0;
      await keepGuardForBoot(access.kernel, report, { view, isDeclared });
    },
    next: (report, { kernel: view }) => {
      if (!view) return undefined;
      const isToReadAgain = mayBeReadAgain(view);
      const hasMoved = view.host !== undefined && (movesAddresses(report) || hasGone(view));
      return hasMoved || (isToReadAgain && !isSecondLook) ? passFor(warpsOnly, isToReadAgain) : undefined;
    },
  });
  return passFor(jobsFrom(flags.only));
}
