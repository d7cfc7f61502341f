import { Args } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/global-flags.js';
import { declarationsFrom, leaveFlag } from '../../cli/proxy-flags.js';
import { inspectionFor } from '../../lib/proxies/inspection.js';
import { planProxies } from '../../lib/proxies/plan.js';
import { observe } from '../../lib/reconcile/observe.js';

export default class ProxyJoin extends BaseCommand {
  static override summary = 'Let a reverse proxy join the networks it must route to, and leave the others.';
  static override description =
    'One pass. A network counts when a running container on it has a VIRTUAL_HOST variable or a traefik.* label. ' +
    'Only networks that Fairlead joined are left; the network the proxy was created on never is.';
  static override examples = [
    { command: '<%= config.bin %> proxy join', description: 'For the container named http-proxy' },
    { command: '<%= config.bin %> proxy join traefik --dry-run', description: 'Show what it would do' },
  ];
  static override strict = false;
  static override args = { container: Args.string({ description: 'One or more proxies (http-proxy).' }) };
  static override flags = { leave: leaveFlag, 'dry-run': dryRunFlag };

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(ProxyJoin);
    const declarations = declarationsFrom(argv, flags.leave);
    return this.pass(flags, {
      observe: (engine, signal) => observe(engine, inspectionFor(declarations), signal),
      plan: world => planProxies(declarations, world),
    });
  }
}
