import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { paletteFor } from '../../cli/terminal.js';
import { warpPass } from '../../cli/passes/warp-pass.js';
import { exitCodeOf } from '../../lib/model/report.js';
import { warpListJson, warpListLines } from '../../lib/report/warp-list.js';
import { warpDeclaration } from '../../lib/warps/routes/declaration.js';
import { listWarps } from '../../lib/warps/listing.js';

export default class WarpList extends BaseCommand {
  static override summary =
    'Say what each target’s traffic does, which warps there are, and what is guarded.';
  static override description =
    'Also what cannot be closed: where names are looked up, what a container may get round. Changes nothing. Without ' +
    'root it tells what is declared, not what is in place.';
  static override examples = ['<%= config.bin %> warp list', '<%= config.bin %> warp list --json'];

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(WarpList);
    const { world, declaration } = await this.withEngine(flags, async connection => {
      const { engine, config, interruption } = connection;
      const declared = warpDeclaration(config);
      const { observe } = await warpPass(connection, declared, () => ({ steps: [], findings: [] }));
      return { world: await observe(engine, interruption.signal), declaration: declared };
    });
    const listing = listWarps(declaration, world);
    const palette = await paletteFor(process.stdout, flags, process.env);
    this.print(warpListLines(listing, palette), flags);
    const exitCode = exitCodeOf({ results: [], findings: listing.findings });
    process.exitCode = exitCode;
    if (exitCode !== 0) this.printProblems(warpListLines(listing), flags);
    return { exitCode, engine: world.engine, ...warpListJson(listing) };
  }
}
