import { Args } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/flags/global-flags.js';
import { chooseProxies, gatewayMoveFlag, settingsFrom } from '../../cli/flags/proxy-flags.js';
import { isDeclaredProxy } from '../../lib/proxies/inspection.js';
import { planProxiesLeave } from '../../lib/proxies/plan.js';
import { observe } from '../../lib/reconcile/observe/observe.js';

export default class ProxyLeave extends BaseCommand {
  static override summary = 'Undo every join that Fairlead made for a reverse proxy.';
  static override description =
    'What the proxy was on by itself, what a person connected and what the config pins stays. ' +
    'Without a name it is for the proxies of the config, or the container http-proxy.';
  static override examples = ['<%= config.bin %> proxy leave', '<%= config.bin %> proxy leave traefik'];
  static override strict = false;
  static override args = { container: Args.string({ description: 'One or more proxies (http-proxy).' }) };
  static override flags = { 'on-gateway-move': gatewayMoveFlag, 'dry-run': dryRunFlag };

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(ProxyLeave);
    const settings = settingsFrom(flags);
    // eslint-disable-next-line @typescript-eslint/require-await -- the pass is chosen when the config is known
    return this.pass(flags, async ({ config }) => {
      const declarations = chooseProxies(argv, settings, config);
      return {
        failFast: config.fail_fast,
        observe: (engine, signal) => observe(engine, isDeclaredProxy(declarations), signal),
        plan: world => planProxiesLeave(declarations, world),
      };
    });
  }
}
