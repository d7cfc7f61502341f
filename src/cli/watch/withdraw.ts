import { runPass } from '../../lib/reconcile/pass.js';
import { warpDeclaration } from '../../lib/warps/declaration.js';
import { planUnroute } from '../../lib/warps/unroute.js';
import type { Connection } from '../connection.js';
import { warpPass } from '../warp-pass.js';

/** Takes back routes and guard when the watch ends, for those who asked for it with `on_exit: withdraw`. */
export async function withdrawWarps(connection: Connection): Promise<void> {
  const { config, engine, journal, log } = connection;
  const pass = await warpPass(connection, warpDeclaration(config), world =>
    planUnroute(world, { targets: [], guard: true }),
  );
  const { report } = await runPass(engine, pass, { dryRun: false, journal });
  const failed = report.results.filter(({ outcome }) => outcome === 'failed');
  for (const { failure } of failed) log.error(failure?.message ?? 'could not be withdrawn');
  log.info('withdrew routes and guard', { steps: report.results.length - failed.length });
}
