import { Args, Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import type { Connection } from '../../cli/connection.js';
import { ensurePass } from '../../cli/passes/ensure-pass.js';
import { dryRunFlag } from '../../cli/flags/global-flags.js';
import { networkFlags, networkFrom } from '../../cli/flags/network-flags.js';
import { checkSpecs } from '../../cli/flags/spec-check.js';
import { UsageError } from '../../lib/model/errors.js';
import { declareNetwork } from '../../lib/networks/declaration.js';

export default class NetworkEnsure extends BaseCommand {
  static override summary = 'Make networks exist as declared.';
  static override description =
    'Creates what is missing and reports where an existing network differs from what the flags say, or from what ' +
    'the config says where no NAME is given (exit code 3). What is not said is not compared. Nothing that exists ' +
    'is changed without --recreate, which puts every member back as it was.';
  static override examples = [
    { command: '<%= config.bin %> network ensure shared', description: 'A bridge network named shared' },
    {
      command: '<%= config.bin %> network ensure backend --internal --subnet 10.128.7.0/24',
      description: 'With a subnet of its own and no way out',
    },
    { command: '<%= config.bin %> network ensure', description: 'All networks of the config' },
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'Network names; all of the config if none.' }) };
  static override flags = {
    ...networkFlags,
    recreate: Flags.boolean({
      summary: 'Mend drift: remove the network, make it again, put its members back.',
    }),
    force: Flags.boolean({
      summary: 'Recreate also what somebody else made, and members that cannot be restored in full.',
    }),
    'dry-run': dryRunFlag,
  };

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(NetworkEnsure);
    const names = [...new Set(argv.map(String))];
    const { definition, problems } = networkFrom(flags);
    const specs = names.map(name => ({ ...definition, name }));
    const { errors, warnings } = checkSpecs(specs);
    const nameless = names.length === 0 && Object.keys(definition).length > 0;
    const severalWithSubnet = flags.subnet !== undefined && names.length > 1;
    const [first, ...more] = [
      ...(nameless ? ['Flags that define a network go with a NAME.'] : []),
      ...(severalWithSubnet ? [`--subnet goes with one network; ${String(names.length)} are named.`] : []),
      ...problems,
      ...errors,
    ];
    if (first !== undefined) throw new UsageError(first, more);
    const named = specs.map(spec => declareNetwork(spec, flags.recreate));
    return this.pass(flags, (connection: Connection) => ensurePass(connection, named, warnings, flags));
  }
}
