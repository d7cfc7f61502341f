import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import type { GlobalFlags } from '../../cli/flags/global-flags.js';
import { declaredNetworks } from '../../lib/config/network-spec.js';
import { FairleadError } from '../../lib/model/errors.js';
import { escapeText } from '../../lib/model/escape.js';
import { declarationFrom } from '../../lib/networks/declaration.js';
import { networkStatus } from '../../lib/networks/status.js';
import type { Journal } from '../../lib/reconcile/journal/journal.js';
import { isDenied } from '../../lib/reconcile/journal/journal-failure.js';
import { begunElsewhere } from '../../lib/reconcile/journal/journal-steps.js';
import { observe } from '../../lib/reconcile/observe/observe.js';
import {
  type ListedRecreation,
  listNetworks,
  networkListJson,
  networkListLines,
} from '../../lib/report/network-list.js';

export default class NetworkList extends BaseCommand {
  static override summary =
    'List the networks, who owns them, who is on them, and how they differ from the config.';
  static override description =
    'Stopped containers are shown in brackets: they need their networks to start. Where the config declares ' +
    'networks, their state is shown too, those that are missing and what nothing is on.';
  static override examples = ['<%= config.bin %> network list', '<%= config.bin %> network list --json'];

  async run(): Promise<JsonDocument> {
    const { flags } = await this.parse(NetworkList);
    const { world, declarations, begun } = await this.withEngine(
      flags,
      async ({ engine, config, journal, interruption }) => ({
        world: await observe(engine, undefined, interruption.signal),
        declarations: declaredNetworks(config).map(declarationFrom),
        begun: await this.begun(journal, flags),
      }),
    );
    const status = declarations.length > 0 ? networkStatus(declarations, world.networks) : undefined;
    const listing = listNetworks(world, status, begun);
    this.print(networkListLines(listing), flags);
    return { exitCode: 0, engine: world.engine, ...networkListJson(listing) };
  }

  /**
   * Recreations that have begun. A journal that cannot be read is said so, and the list is shown all the same; whoever
   * has no right to look into the folder has begun nothing there.
   */
  private async begun(journal: Journal, flags: GlobalFlags): Promise<ListedRecreation[]> {
    try {
      const { pending, underWay } = await begunElsewhere(journal);
      return [
        ...pending.map(({ network: { name }, spec, previous, resumes }): ListedRecreation => ({
          name,
          spec: resumes === 'back' ? previous : spec,
          state: 'interrupted',
        })),
        ...[...underWay].map((name): ListedRecreation => ({ name, state: 'under way' })),
      ];
    } catch (error) {
      if (!(error instanceof FairleadError)) throw error;
      if (isDenied(error)) return [];
      this.warnEarly([`Warning: ${escapeText(error.message)}`], flags);
      return [];
    }
  }
}
