import { Args, Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/flags/global-flags.js';
import { warpPass } from '../../cli/passes/warp-pass.js';
import { warpDeclaration } from '../../lib/warps/routes/declaration.js';
import { namespacesToUnroute } from '../../lib/warps/scoped-reading.js';
import { planUnroute } from '../../lib/warps/plan-unroute.js';

export default class WarpUnroute extends BaseCommand {
  static override summary =
    'Remove all that Fairlead placed for warps: the traffic goes as Docker routes it.';
  static override description =
    'From the containers named, or from all, also what a crashed run left or what nobody declares any more. What ' +
    'labels or the config declare, the next `apply` routes again. Needs root on the engine’s host.';
  static override examples = [
    '<%= config.bin %> warp unroute worker',
    { command: '<%= config.bin %> warp unroute --guard', description: 'Everything, the guard too' },
  ];
  static override strict = false;
  static override args = { target: Args.string({ description: 'One or more containers (all).' }) };
  static override flags = {
    guard: Flags.boolean({ summary: 'Also remove the guard of networks with egress: warp.' }),
    'dry-run': dryRunFlag,
  };

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(WarpUnroute);
    const targets = argv as string[];
    return this.pass(flags, connection => {
      const declaration = warpDeclaration(connection.config);
      return warpPass(
        connection,
        declaration,
        world => planUnroute(world, { targets, guard: flags.guard }),
        namespacesToUnroute(targets),
      );
    });
  }
}
