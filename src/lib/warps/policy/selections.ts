import type { RoutingRule } from '../../config/routing-rule.js';
import { parsePrefix } from '../../net/prefix.js';
import type { Route } from '../routes/route.js';
import type { Selection } from './rule-order.js';

/** What a route sends to its table, one rule of the kernel each. */
export function selectionsOf(route: Route, table: number, routes: readonly Route[]): Selection[] {
  return [...route.rules, ...impliedRules(route, routes)].flatMap(({ to, protocol, ports }): Selection[] => {
    const selection = { to, ...(protocol && { protocol }), table };
    return ports ? ports.map(span => ({ ...selection, ports: span })) : [selection];
  });
}

const everythingV6 = parsePrefix('::/0');

/**
 * Whoever routes everything and speaks of IPv4 alone has forgotten IPv6, which would go past the warp: it is routed
 * too, unless another route says where it goes.
 */
function impliedRules(route: Route, routes: readonly Route[]): RoutingRule[] {
  const forgets =
    route.rules.some(isEverything) &&
    !route.rules.some(({ to }) => to.family === 6) &&
    !routes.some(({ rules }) => rules.some(rule => rule.to.family === 6 && isEverything(rule)));
  return forgets && everythingV6.ok ? [{ to: everythingV6.prefix }] : [];
}

/** Whether a rule is for all of its family. */
export function isEverything({ to, protocol }: RoutingRule): boolean {
  return to.length === 0 && protocol === undefined;
}
