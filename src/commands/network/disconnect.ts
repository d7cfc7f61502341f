import { Args } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/flags/global-flags.js';
import { findContainer, findNetwork } from '../../lib/model/lookup.js';
import { planDisconnect } from '../../lib/networks/membership.js';
import { observe } from '../../lib/reconcile/observe/observe.js';

export default class NetworkDisconnect extends BaseCommand {
  static override summary = 'Disconnect a container from a network, if it is connected.';
  static override description = 'Running it again changes nothing. Names must match exactly.';
  static override examples = ['<%= config.bin %> network disconnect backend api'];
  static override args = {
    network: Args.string({ description: 'Name or ID of the network.', required: true }),
    container: Args.string({ description: 'Name or ID of the container.', required: true }),
  };
  static override flags = { 'dry-run': dryRunFlag };

  async run(): Promise<JsonDocument> {
    const { args, flags } = await this.parse(NetworkDisconnect);
    return this.pass(flags, {
      observe: (engine, signal) => observe(engine, undefined, signal),
      plan: world =>
        planDisconnect(
          world,
          findNetwork(world.networks, args.network),
          findContainer(world.containers, args.container),
        ),
    });
  }
}
