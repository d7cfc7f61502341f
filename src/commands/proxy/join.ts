import { Args, Flags } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/flags/global-flags.js';
import { chooseProxies, proxyFlags, settingsFrom } from '../../cli/flags/proxy-flags.js';
import { inspectionFor } from '../../lib/proxies/inspection.js';
import { planProxies } from '../../lib/proxies/plan.js';
import { observe } from '../../lib/reconcile/observe/observe.js';

export default class ProxyJoin extends BaseCommand {
  static override summary = 'Let a reverse proxy join the networks it must route to, and leave the others.';
  static override description =
    'One pass. A network counts when a running container on it has a VIRTUAL_HOST variable or a traefik.* label. ' +
    'Only networks that Fairlead joined are left; the network the proxy was created on never is. ' +
    'A stopped proxy is healed, whose networks were removed or made anew. ' +
    'Without a name it is for the proxies of the config, or the container http-proxy.';
  static override examples = [
    { command: '<%= config.bin %> proxy join', description: 'For the container named http-proxy' },
    { command: '<%= config.bin %> proxy join traefik --dry-run', description: 'Show what it would do' },
    {
      command: '<%= config.bin %> proxy join caddy --preset caddy --exclude-network "*_internal"',
      description: 'By Caddy’s labels, and never on certain networks',
    },
  ];
  static override strict = false;
  static override args = { container: Args.string({ description: 'One or more proxies (http-proxy).' }) };
  static override flags = {
    ...proxyFlags,
    'fail-fast': Flags.boolean({ summary: 'End at the first failure, and skip the rest.' }),
    'dry-run': dryRunFlag,
  };

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(ProxyJoin);
    const settings = settingsFrom(flags);
    // eslint-disable-next-line @typescript-eslint/require-await -- the pass is chosen when the config is known
    return this.pass(flags, async ({ config }) => {
      const declarations = chooseProxies(argv, settings, config);
      return {
        failFast: flags['fail-fast'] || config.fail_fast,
        observe: (engine, signal) => observe(engine, inspectionFor(declarations), signal),
        plan: world => planProxies(declarations, world),
      };
    });
  }
}
