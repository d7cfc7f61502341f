import { Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/flags/global-flags.js';
import { noConfig } from '../../cli/no-config.js';
import { declaredNetworks } from '../../lib/config/network-spec.js';
import { planPrune } from '../../lib/networks/prune.js';
import { observe } from '../../lib/reconcile/observe/observe.js';

export default class NetworkPrune extends BaseCommand {
  static override summary = 'Remove networks that Fairlead made and nobody needs any more.';
  static override description =
    'Only those that the config does not declare and nothing is on; a stopped container counts as use, for it ' +
    'could not start without its network.';
  static override examples = ['<%= config.bin %> network prune --dry-run'];
  static override flags = {
    all: Flags.boolean({
      summary: 'Without a config: take every network that Fairlead made for undeclared.',
    }),
    'dry-run': dryRunFlag,
  };

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(NetworkPrune);
    // eslint-disable-next-line @typescript-eslint/require-await -- the pass is chosen when the config is known
    return this.pass(flags, async ({ config, configFile }) => {
      if (configFile === undefined && !flags.all) {
        throw noConfig(undefined, [
          'Or take all that Fairlead made for undeclared: fairlead network prune --all',
        ]);
      }
      const declared = new Set(declaredNetworks(config).map(({ spec }) => spec.name));
      return {
        observe: (engine, signal) => observe(engine, undefined, signal),
        plan: world => planPrune(world, { declared }),
      };
    });
  }
}
