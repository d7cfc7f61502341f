import { Args } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/global-flags.js';
import { declarationsFrom } from '../../cli/proxy-flags.js';
import { isDeclaredProxy } from '../../lib/proxies/inspection.js';
import { planProxiesLeave } from '../../lib/proxies/plan.js';
import { observe } from '../../lib/reconcile/observe.js';

export default class ProxyLeave extends BaseCommand {
  static override summary = 'Undo every join that Fairlead made for a reverse proxy.';
  static override description = 'What the proxy was on by itself, and what a person connected, stays.';
  static override examples = ['<%= config.bin %> proxy leave', '<%= config.bin %> proxy leave traefik'];
  static override strict = false;
  static override args = { container: Args.string({ description: 'One or more proxies (http-proxy).' }) };
  static override flags = { 'dry-run': dryRunFlag };

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(ProxyLeave);
    const declarations = declarationsFrom(argv);
    return this.pass(flags, {
      observe: (engine, signal) => observe(engine, isDeclaredProxy(declarations), signal),
      plan: world => planProxiesLeave(declarations, world),
    });
  }
}
