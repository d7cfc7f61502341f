import { Args } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { chooseProxies, proxyFlags, settingsFrom } from '../../cli/flags/proxy-flags.js';
import { exitCodeOf } from '../../lib/model/report.js';
import { inspectionForListing } from '../../lib/proxies/inspection.js';
import { listProxies } from '../../lib/proxies/listing.js';
import { decideProxies } from '../../lib/proxies/plan.js';
import { observe } from '../../lib/reconcile/observe/observe.js';
import { proxyListJson, proxyListLines } from '../../lib/report/proxy-list.js';

export default class ProxyList extends BaseCommand {
  static override summary = 'Say on which networks a proxy is and why, and what it cannot reach.';
  static override description =
    'The command for when a site does not answer. Changes nothing. A network is home (the proxy was created on it), ' +
    'joined (by Fairlead), connected (by somebody), to join, to leave, or stale. ' +
    'With the flags of `proxy join` it lists what that would make of it. ' +
    'Without a name it is for the proxies of the config, or the container http-proxy.';
  static override examples = ['<%= config.bin %> proxy list', '<%= config.bin %> proxy list traefik --json'];
  static override strict = false;
  static override args = { container: Args.string({ description: 'One or more proxies (http-proxy).' }) };
  static override flags = proxyFlags;

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(ProxyList);
    const settings = settingsFrom(flags);
    const { world, declarations } = await this.withEngine(flags, async ({ engine, config, interruption }) => {
      const chosen = chooseProxies(argv, settings, config);
      const seen = await observe(engine, inspectionForListing(chosen), interruption.signal);
      return { world: seen, declarations: chosen };
    });
    const proxies = listProxies(decideProxies(declarations, world));
    const lines = proxyListLines(proxies);
    this.print(lines, flags);
    const exitCode = exitCodeOf({ results: [], findings: proxies.flatMap(({ notes }) => notes) });
    process.exitCode = exitCode;
    if (exitCode !== 0) this.printProblems(lines, flags);
    return { exitCode, engine: world.engine, proxies: proxyListJson(proxies) };
  }
}
