import { joinPlans } from '../lib/model/plan.js';
import type { World } from '../lib/model/world.js';
import { declaredIn, inspectionForAll } from '../lib/reconcile/declared.js';
import { begunElsewhere } from '../lib/reconcile/journal-steps.js';
import { notKept } from '../lib/reconcile/not-kept.js';
import { observe } from '../lib/reconcile/observe.js';
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

/** The pass over all that the config declares. */
export async function wholePass(
  { config, configFile, journal }: Connection,
  flags: WholePassFlags,
): Promise<Pass<World>> {
  if (configFile === undefined) throw noConfig();
  const only = jobsFrom(flags.only);
  const declared = declaredIn(config);
  const begun = await begunElsewhere(journal);
  return {
    failFast: config.fail_fast,
    observe: (engine, signal) => observe(engine, inspectionForAll(declared, only), signal),
    plan: world => {
      const plan = planAll(declared, world, {
        ...(only && { only }),
        force: flags.force ?? false,
        prune: flags.prune ?? false,
        ...begun,
      });
      return joinPlans({ steps: [], findings: notKept(config) }, plan);
    },
  };
}
