import { formatRoutingRule } from '../../config/routing-rule.js';
import type { RouteSummary } from '../../model/step.js';
import type { ByHandRouting } from '../policy/by-hand.js';
import type { Route } from '../routes/route.js';

/** Declared routes for a reader, and which of them are closed. */
export function summarizeRoutes(
  routes: readonly Route[],
  closed: ReadonlyMap<Route, string>,
): RouteSummary[] {
  return routes.map(route => {
    const { warp, passage, rules } = route;
    const open = passage !== undefined && !closed.has(route);
    return {
      via: warp.name,
      ...(passage && { network: passage.network.name }),
      rules: rules.map(formatRoutingRule),
      ...(route.origin === 'command' && { byHand: true }),
      open,
    };
  });
}

/** What was routed by hand, but for what these routes give anew. */
export function summarizeByHand({ tables }: ByHandRouting, routes: readonly Route[]): RouteSummary[] {
  const anew = new Set(routes.filter(({ origin }) => origin === 'command').map(({ warp }) => warp.name));
  return tables
    .filter(({ warp }) => !warp || !anew.has(warp.name))
    .map(({ warp, network, table, selections, vias }) => ({
      via: warp?.name ?? `table ${String(table)}`,
      ...(network !== undefined && { network }),
      rules: selections.map(({ to, protocol, ports }) =>
        formatRoutingRule({ to, ...(protocol && { protocol }), ...(ports && { ports: [ports] }) }),
      ),
      byHand: true,
      open: vias.length > 0,
    }));
}
