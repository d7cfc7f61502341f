import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { declaredNetworks } from '../../lib/config/network-spec.js';
import { declarationFrom } from '../../lib/networks/declaration.js';
import { networkStatus } from '../../lib/networks/status.js';
import { observe } from '../../lib/reconcile/observe.js';
import { listNetworks, networkListJson, networkListLines } from '../../lib/report/network-list.js';

export default class NetworkList extends BaseCommand {
  static override summary =
    'List the networks, who owns them, who is on them, and how they differ from the config.';
  static override description =
    'Stopped containers are shown in brackets: they need their networks to start. Where the config declares ' +
    'networks, their state is shown too, those that are missing and what nothing is on.';
  static override examples = ['<%= config.bin %> network list', '<%= config.bin %> network list --json'];

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(NetworkList);
    const { world, declarations } = await this.withEngine(
      flags,
      async ({ engine, config, interruption }) => ({
        world: await observe(engine, undefined, interruption.signal),
        declarations: declaredNetworks(config).map(declarationFrom),
      }),
    );
    const status = declarations.length > 0 ? networkStatus(declarations, world.networks) : undefined;
    const listing = listNetworks(world, status);
    this.print(networkListLines(listing), flags);
    return { exitCode: 0, engine: world.engine, ...networkListJson(listing) };
  }
}
