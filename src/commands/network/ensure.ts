import { Args, Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/global-flags.js';
import { networkFlags, networkFrom } from '../../cli/network-flags.js';
import { checkSpecs } from '../../cli/spec-check.js';
import { ExitCode, FairleadError, UsageError } from '../../lib/model/errors.js';
import { joinPlans } from '../../lib/model/plan.js';
import { planNetworks } from '../../lib/networks/plan.js';
import { observeNetworks } from '../../lib/reconcile/observe.js';

export default class NetworkEnsure extends BaseCommand {
  static override summary = 'Make networks exist as declared.';
  static override description =
    'Creates what is missing and reports where an existing network differs from what the flags say (exit code 3). ' +
    'What is not said is not compared. Nothing that exists is changed.';
  static override examples = [
    { command: '<%= config.bin %> network ensure shared', description: 'A bridge network named shared' },
    {
      command: '<%= config.bin %> network ensure backend --internal --subnet 10.128.7.0/24',
      description: 'With a subnet of its own and no way out',
    },
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'One or more network names.', required: true }) };
  static override flags = {
    ...networkFlags,
    recreate: Flags.boolean({ summary: 'Mend drift by recreating the network (not available yet).' }),
    'dry-run': dryRunFlag,
  };

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(NetworkEnsure);
    const names = [...new Set(argv.map(String))];
    if (flags.recreate) {
      throw new FairleadError('Recreating networks is not available yet; nothing was changed.', {
        code: 'not-available',
        exit: ExitCode.usage,
        hints: ['Without --recreate, drift is shown and left as it is.'],
      });
    }
    const { definition, problems } = networkFrom(flags);
    const specs = names.map(name => ({ ...definition, name }));
    const { errors, warnings } = checkSpecs(specs);
    const severalWithSubnet = flags.subnet !== undefined && names.length > 1;
    const [first, ...more] = [
      ...(severalWithSubnet ? [`--subnet goes with one network; ${String(names.length)} are named.`] : []),
      ...problems,
      ...errors,
    ];
    if (first !== undefined) throw new UsageError(first, more);
    return this.pass(flags, {
      observe: observeNetworks,
      plan: world => joinPlans({ steps: [], findings: warnings }, planNetworks(specs, world)),
    });
  }
}
