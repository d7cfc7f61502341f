import { UsageError } from '../lib/model/errors.js';
import type { World } from '../lib/model/world.js';
import { declaredIn, inspectionForAll } from '../lib/reconcile/declared.js';
import { begunElsewhere } from '../lib/reconcile/journal-steps.js';
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

/**
 * Without a config nothing is declared, and all that Fairlead made would go: more likely it was started in the wrong
 * folder. An empty file says so on purpose.
 */
function noConfig(): UsageError {
  return new UsageError('There is no config, so there is nothing to plan.', [
    'Name one with --config FILE, or make one with fairlead init.',
    'Looked for fairlead.yaml, .yml, .toml, .json and the like here, in ~/.config/fairlead and in /etc/fairlead.',
  ]);
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
    plan: world =>
      planAll(declared, world, {
        ...(only && { only }),
        force: flags.force ?? false,
        prune: flags.prune ?? false,
        ...begun,
      }),
  };
}
