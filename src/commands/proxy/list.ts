import { Args } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { declarationsFrom } from '../../cli/proxy-flags.js';
import { exitCodeOf } from '../../lib/model/report.js';
import { inspectionFor } from '../../lib/proxies/inspection.js';
import { planProxy } from '../../lib/proxies/plan.js';
import { observe } from '../../lib/reconcile/observe.js';
import { listProxy, proxyListLines } from '../../lib/report/proxy-list.js';

export default class ProxyList extends BaseCommand {
  static override summary = 'Say on which networks a proxy is and why, and what it cannot reach.';
  static override description = 'The command for when a site does not answer. Changes nothing.';
  static override examples = ['<%= config.bin %> proxy list', '<%= config.bin %> proxy list traefik --json'];
  static override strict = false;
  static override args = { container: Args.string({ description: 'One or more proxies (http-proxy).' }) };

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(ProxyList);
    const declarations = declarationsFrom(argv);
    const world = await this.withEngine(flags, ({ engine, interruption }) =>
      observe(engine, inspectionFor(declarations), interruption.signal),
    );
    const plans = declarations.map(declaration => planProxy(declaration, world));
    const proxies = declarations.map(({ container }, i) =>
      listProxy(container, plans[i] ?? { steps: [], findings: [] }),
    );
    const lines = proxyListLines(proxies);
    this.print(lines, flags);
    const exitCode = exitCodeOf({ results: [], findings: plans.flatMap(plan => plan.findings) });
    process.exitCode = exitCode;
    if (exitCode !== 0) this.printProblems(lines, flags);
    return { exitCode, engine: world.engine, proxies };
  }
}
