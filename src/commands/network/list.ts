import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { observe } from '../../lib/reconcile/observe.js';
import { listNetworks, networkListJson, networkListLines } from '../../lib/report/network-list.js';

export default class NetworkList extends BaseCommand {
  static override summary = 'List the networks, who owns them and who is on them.';
  static override description =
    'Stopped containers are shown in brackets: they need their networks to start.';
  static override examples = ['<%= config.bin %> network list', '<%= config.bin %> network list --json'];

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(NetworkList);
    const world = await this.withEngine(flags, ({ engine, interruption }) =>
      observe(engine, undefined, interruption.signal),
    );
    const listed = listNetworks(world);
    this.print(networkListLines(listed), flags);
    return { exitCode: 0, engine: world.engine, ...networkListJson(listed) };
  }
}
