import type { World } from '../lib/model/world.js';
import { declaredIn, inspectionForAll } from '../lib/reconcile/declared.js';
import { pendingSteps } from '../lib/reconcile/journal-steps.js';
import { observe } from '../lib/reconcile/observe.js';
import type { Pass } from '../lib/reconcile/pass.js';
import { planAll } from '../lib/reconcile/plan.js';
import type { Connection } from './connection.js';
import { jobsFrom } from './job-flags.js';

export interface WholePassFlags {
  readonly only?: readonly string[] | undefined;
  readonly prune?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** The pass over all that the config declares. */
export async function wholePass(
  { config, journal }: Connection,
  flags: WholePassFlags,
): Promise<Pass<World>> {
  const only = jobsFrom(flags.only);
  const declared = declaredIn(config);
  const pending = await pendingSteps(journal);
  return {
    observe: (engine, signal) => observe(engine, inspectionForAll(declared, only), signal),
    plan: world =>
      planAll(declared, world, {
        ...(only && { only }),
        force: flags.force ?? false,
        prune: flags.prune ?? false,
        pending,
      }),
  };
}
