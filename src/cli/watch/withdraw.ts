import { type ExitCode, FairleadError } from '../../lib/model/errors.js';
import { exitCodeOf } from '../../lib/model/report.js';
import { runPass } from '../../lib/reconcile/pass.js';
import { warpDeclaration } from '../../lib/warps/routes/declaration.js';
import { planUnroute } from '../../lib/warps/plan-unroute.js';
import type { Connection } from '../connection.js';
import { warpPass } from '../passes/warp-pass.js';

async function withdraw(connection: Connection): Promise<ExitCode> {
  const { config, engine, journal, log } = connection;
  const pass = await warpPass(connection, warpDeclaration(config), world =>
    planUnroute(world, { targets: [], guard: true }),
  );
  const { report } = await runPass(engine, pass, { dryRun: false, journal });
  const failed = report.results.filter(({ outcome }) => outcome === 'failed');
  for (const { failure } of failed) log.error(failure?.message ?? 'could not be withdrawn');
  log.info('withdrew routes and guard', { steps: report.results.length - failed.length });
  return exitCodeOf(report);
}

/**
 * Takes back routes and guard when the watch ends, for those who asked for it with `on_exit: withdraw`. Gives the exit
 * code: whoever counts on it must not take what is still in force for withdrawn.
 */
export async function withdrawWarps(connection: Connection): Promise<ExitCode> {
  try {
    return await withdraw(connection);
  } catch (error) {
    if (!(error instanceof FairleadError)) throw error;
    connection.log.error(`routes and guard stay in force, and were to be withdrawn: ${error.message}`);
    connection.log.info('Take them back when that is over: fairlead warp unroute --guard');
    return error.exit;
  }
}
