import { Args } from '@oclif/core';
import { BaseCommand, type JsonDocument } from '../../cli/base-command.js';
import { dryRunFlag } from '../../cli/flags/global-flags.js';
import { requestedRoute, routeFlags } from '../../cli/flags/warp-flags.js';
import { warpPass } from '../../cli/passes/warp-pass.js';
import { warpDeclaration, withCommandRoutes } from '../../lib/warps/routes/declaration.js';
import { planRoute } from '../../lib/warps/plan-route.js';
import { namespacesToRoute } from '../../lib/warps/scoped-reading.js';

export default class WarpRoute extends BaseCommand {
  static override summary = 'Let the egress of containers leave through another container, or not at all.';
  static override description =
    'One pass, in the network namespaces of the targets alone. What is routed is blocked whenever its warp cannot be ' +
    'reached. A route given with --via lasts as long as the target runs, or until `warp unroute`; `apply` and `watch` keep it ' +
    'closed when its warp goes. What is to outlast a restart belongs in a label or the config. Without --via it is for what labels and the config declare. Needs root on the engine’s host.';
  static override examples = [
    { command: '<%= config.bin %> warp route', description: 'All that labels and the config declare' },
    { command: '<%= config.bin %> warp route worker --via vpn', description: 'All traffic of one container' },
    {
      command: '<%= config.bin %> warp route worker --via vpn --to "10.0.0.0/8 tcp 80-443"',
      description: 'Some of it; everything else goes as before',
    },
  ];
  static override strict = false;
  static override args = { target: Args.string({ description: 'One or more containers to route.' }) };
  static override flags = { ...routeFlags, 'dry-run': dryRunFlag };

  async run(): Promise<JsonDocument> {
    const { argv, flags } = await this.parse(WarpRoute);
    const targets = argv as string[];
    const request = requestedRoute(targets, flags);
    return this.pass(flags, connection => {
      const declared = warpDeclaration(connection.config);
      const declaration = request ? withCommandRoutes(declared, request) : declared;
      const complete = connection.configFile !== undefined;
      const scope = { targets, complete, ...(request && { via: request.via }) };
      return warpPass(
        connection,
        declaration,
        world => planRoute(declaration, world, scope),
        namespacesToRoute(targets),
      );
    });
  }
}
