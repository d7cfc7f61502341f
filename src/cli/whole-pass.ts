import type { Job } from '../lib/model/step.js';
import type { Report } from '../lib/model/report.js';
import type { KernelView } from '../lib/model/kernel-view.js';
import type { World } from '../lib/model/world.js';
import { isToRecreate } from '../lib/networks/inspection.js';
import { declaredIn, inspectionForAll } from '../lib/reconcile/declared.js';
import { type BegunElsewhere, begunElsewhere, nothingBegun } from '../lib/reconcile/journal/journal-steps.js';
import type { Memory } from '../lib/reconcile/observe/memory.js';
import { observeAll } from '../lib/reconcile/observe/observe-all.js';
import { withGhosts } from '../lib/reconcile/observe/observe-ghosts.js';
import type { Pass } from '../lib/reconcile/pass.js';
import { planAll } from '../lib/reconcile/plan.js';
import type { Connection } from './connection.js';
import { jobsFrom } from './job-flags.js';
import { noConfig } from './no-config.js';

export interface WholePassFlags {
  readonly only?: readonly string[] | undefined;
  readonly prune?: boolean | undefined;
  readonly force?: boolean | undefined;
}

const warpsOnly: ReadonlySet<Job> = new Set(['warps']);

/** Whether something was done on which it depends how a warp is reached. */
function movesAddresses({ results }: Report): boolean {
  return results.some(
    ({ step, outcome, lookAgain }) => lookAgain ?? (outcome === 'done' && step.job !== 'warps'),
  );
}

/** Whether somebody ended, or began anew, while it was looked at: then not everything was seen. */
export function hasGone({ namespaces }: KernelView): boolean {
  return [...namespaces.values()].some(({ read }) => read === 'gone');
}

/** The pass over all that the config declares. What a memory holds of earlier ones is not read again. */
export async function wholePass(
  { config, configFile, journal, kernel }: Pick<Connection, 'config' | 'configFile' | 'journal' | 'kernel'>,
  flags: WholePassFlags,
  memory?: Memory,
): Promise<Pass<World>> {
  if (configFile === undefined) throw noConfig();
  const declared = declaredIn(config);
  const access = await kernel();
  const passFor = (only: ReadonlySet<Job> | undefined, begun: BegunElsewhere): Pass<World> => ({
    failFast: config.fail_fast,
    kernel: access.kernel,
    observe: async (engine, signal) => {
      const sources = { engine, access, memory, signal };
      const seen = await observeAll(sources, inspectionForAll(declared, only), declared.warps, only);
      const isAsked = only && !only.has('networks') ? () => false : isToRecreate(declared.networks);
      return withGhosts(engine, seen, isAsked, signal);
    },
    plan: world =>
      planAll(declared, world, {
        ...(only && { only }),
        force: flags.force ?? false,
        prune: flags.prune ?? false,
        ...begun,
      }),
    onDone: ({ results }) => {
      for (const { step } of results) memory?.forgetStep(step);
    },
    next: (report, seen) =>
      seen.kernel?.host && (movesAddresses(report) || hasGone(seen.kernel))
        ? passFor(warpsOnly, nothingBegun)
        : undefined,
  });
  return passFor(jobsFrom(flags.only), await begunElsewhere(journal));
}
