import { Args, Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/flags/global-flags.js';
import { UsageError } from '../../lib/model/errors.js';
import { findContainer, findNetwork, findNamed } from '../../lib/model/lookup.js';
import { parseAddress } from '../../lib/net/address.js';
import { planConnect } from '../../lib/networks/membership.js';
import { observe } from '../../lib/reconcile/observe/observe.js';

function checkAddress(flag: string, text: string | undefined, family: 4 | 6): void {
  if (text === undefined) return;
  const reading = parseAddress(text);
  if (!reading.ok) throw new UsageError(`${flag}: ${text} ${reading.why}.`);
  if (reading.address.family !== family) {
    throw new UsageError(`${flag}: ${text} is no IPv${String(family)} address.`);
  }
}

export default class NetworkConnect extends BaseCommand {
  static override summary = 'Connect a container to a network, if it is not connected yet.';
  static override description =
    'Running it again changes nothing. A stopped container is connected when it starts. Names must match exactly.';
  static override examples = ['<%= config.bin %> network connect backend api --alias db-client'];
  static override args = {
    network: Args.string({ description: 'Name or ID of the network.', required: true }),
    container: Args.string({ description: 'Name or ID of the container.', required: true }),
  };
  static override flags = {
    alias: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Further name on this network.',
    }),
    ip: Flags.string({ summary: 'Static IPv4 address.', helpValue: 'ADDRESS' }),
    ip6: Flags.string({ summary: 'Static IPv6 address.', helpValue: 'ADDRESS' }),
    'gw-priority': Flags.integer({ summary: 'Priority as default gateway (Engine 28.0 and later).' }),
    'dry-run': dryRunFlag,
  };

  async run(): Promise<JsonDocument> {
    const { args, flags } = await this.parse(NetworkConnect);
    checkAddress('--ip', flags.ip, 4);
    checkAddress('--ip6', flags.ip6, 6);
    const wanted = {
      ...(flags.alias && { aliases: flags.alias }),
      ...(flags.ip !== undefined && { ipv4: flags.ip }),
      ...(flags.ip6 !== undefined && { ipv6: flags.ip6 }),
      ...(flags['gw-priority'] !== undefined && { gatewayPriority: flags['gw-priority'] }),
    };
    const asks = Object.keys(wanted).length > 0;
    return this.pass(flags, {
      observe: (engine, signal) =>
        observe(engine, container => asks && findNamed([container], args.container).length > 0, signal),
      plan: world =>
        planConnect(
          world,
          findNetwork(world.networks, args.network),
          findContainer(world.containers, args.container),
          wanted,
        ),
    });
  }
}
