import { BaseCommand, type JsonDocument } from '../cli/base-command.js';
import { paletteFor } from '../cli/terminal.js';
import { runningWatches } from '../cli/watch/running-watches.js';
import { wholePass } from '../cli/whole-pass.js';
import { dryRun } from '../lib/reconcile/apply/apply.js';
import { exitCodeOf } from '../lib/model/report.js';
import { guardLines } from '../lib/report/guard-state.js';
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
    const { plan, world } = await this.withEngine(flags, async connection => {
      const pass = await wholePass(connection, {});
      const seen = await pass.observe(connection.engine, connection.interruption.signal);
      return { plan: pass.plan(seen), world: seen };
    });
    const statuses = statusOf(plan);
    const guard = world.kernel?.host?.guard;
    const palette = await paletteFor(process.stdout, flags, process.env);
    const watches = await runningWatches();
    const lines = [
      ...statusLines(statuses, palette),
      ...guardLines(guard, world.networks),
      ...watchLines(watches),
    ];
    this.print(lines, flags);
    const exitCode = exitCodeOf(dryRun(plan), true);
    process.exitCode = exitCode;
    if (exitCode !== 0) this.printProblems(lines, flags);
    return { exitCode, engine: world.engine, jobs: statuses, ...(guard && { guard }), watches };
  }
}
