import { BaseCommand, type JsonDocument } from '../cli/base-command.js';
import type { GlobalFlags } from '../cli/flags/global-flags.js';
import { paletteFor } from '../cli/terminal.js';
import { runningWatches } from '../cli/watch/running-watches.js';
import { wholePass } from '../cli/passes/whole-pass.js';
import { dryRun } from '../lib/reconcile/apply/apply.js';
import { exitCodeOf } from '../lib/model/report.js';
import { guardLines } from '../lib/report/guard-state.js';
import { leavingElsewhere } from '../lib/warps/guard/leaving-elsewhere.js';
import { warpDeclaration } from '../lib/warps/routes/declaration.js';
import { watchLines } from '../lib/report/watches.js';
import { statusLines, statusOf } from '../lib/report/status.js';

export default class Status extends BaseCommand {
  static override summary = 'Say how everything declared is at this moment.';
  static override description =
    'Job by job: what is as declared, what a pass would change, what it cannot mend, and what the guard has held back. ' +
    'Changes nothing. Exits with 3 where there is something to do.';
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json'];

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(Status);
    const observed = this.withEngine(flags, async connection => {
      const pass = await wholePass(connection, {});
      const seen = await pass.observe(connection.engine, connection.interruption.signal);
      return {
        plan: pass.plan(seen),
        url: connection.url,
        world: seen,
        elsewhere: leavingElsewhere(warpDeclaration(connection.config), seen),
      };
    });
    const { plan, world, elsewhere, url } = await observed.catch(async (error: unknown) => {
      await this.tellWatches(flags);
      throw error;
    });
    const statuses = statusOf(plan);
    const guard = world.kernel?.host?.guard;
    const palette = await paletteFor(process.stdout, flags, process.env);
    const watches = await runningWatches();
    const lines = [
      ...statusLines(statuses, palette),
      ...guardLines(guard, world.networks, elsewhere),
      ...watchLines(watches, url),
    ];
    this.print(lines, flags);
    const exitCode = exitCodeOf(dryRun(plan), true);
    process.exitCode = exitCode;
    if (exitCode !== 0) this.printProblems(lines, flags);
    return { exitCode, engine: world.engine, jobs: statuses, ...(guard && { guard }), watches };
  }

  /** A watch goes on by the config that it has read, and waits for an engine that is away: it is told of all the same. */
  private async tellWatches(flags: GlobalFlags): Promise<void> {
    const watches = await runningWatches();
    this.besideError = { watches };
    if (watches.length > 0) this.print(watchLines(watches), flags);
  }
}
