import {
  backstopMetric,
  type Family,
  isViaRoute,
  type PolicyRoute,
  type PolicyRule,
  type ReplyMarking,
  type RoutingChange,
  type RoutingState,
  type UnreachableRoute,
  type ViaRoute,
} from '../../model/routing.js';
import { type RuleChanges, ruleChanges } from './rule-changes.js';
import { spareTable } from '../policy/tables.js';

/** IPv4 is the first to come and the last to go: by its tables it is found that something of ours is there. */
const families: readonly Family[] = ['ipv4', 'ipv6'];

/**
 * The changes that take a namespace from one state to another, in an order that is safe wherever it is cut short. A
 * packet always goes where it went before, or where it will go, or nowhere. Routes to gateways that are not wanted are
 * removed first: their addresses may be a stranger's by now. New rules stand before old ones go. New routes are added
 * last, when everything else is in force. `from` has the rules of one priority in the kernel's order.
 */
export function routingChanges(from: RoutingState, to: RoutingState): RoutingChange[] {
  const surplus = without(from.routes, to.routes);
  const missing = without(to.routes, from.routes);
  const closing = surplus.filter(isViaRoute);
  const bare = bareBackstops(from.routes, closing);
  const backstops = without(byFamily(missing.filter(isBackstop)), bare);
  const rules = families.map(family => ruleChanges(from.rules, to.rules, family));
  const blocks = blocksFor(rules, from, to);
  const unwanted = without([...surplus.filter(isBackstop), ...bare], to.routes);
  return [
    ...bare.map(set),
    ...closing.map(remove),
    ...[...backstops, ...blocks.map(({ route }) => route)].map(set),
    ...rules.flatMap(({ additions }) => additions),
    ...repliesChanges(from, to, 'set-replies'),
    ...blocks.map(({ rule }): RoutingChange => ({ change: 'add-rule', rule })),
    ...rules.flatMap(({ deletions }) => deletions),
    ...blocks.map(({ rule }): RoutingChange => ({ change: 'delete-rule', rule })),
    ...repliesChanges(from, to, 'clear-replies'),
    ...byFamily([...unwanted, ...blocks.map(({ route }) => route)])
      .reverse()
      .map(remove),
    ...missing.filter(isViaRoute).map(set),
  ];
}

/** Without its route a table lets traffic go on to the main one, unless an `unreachable` ends it there. */
function bareBackstops(routes: readonly PolicyRoute[], closing: readonly ViaRoute[]): UnreachableRoute[] {
  const bare = closing.filter(
    ({ family, table }) =>
      !routes.some(route => isBackstop(route) && route.family === family && route.table === table),
  );
  const one = new Map(
    bare.map(({ family, table }) => [`${family} ${String(table)}`, backstop(family, table)]),
  );
  return byFamily([...one.values()]);
}

interface Block {
  readonly rule: PolicyRule;
  readonly route: UnreachableRoute;
}

/** What holds everything of a family back while rules that the kernel mixes up are taken apart. */
function blocksFor(rules: readonly RuleChanges[], from: RoutingState, to: RoutingState): Block[] {
  const used = [...from.routes, ...from.rules, ...to.routes].map(({ table }) => table);
  const table = spareTable(new Set(used));
  return rules.flatMap(({ family, blockAt: priority }) =>
    priority === undefined ? [] : [{ rule: { family, priority, table }, route: backstop(family, table) }],
  );
}

function repliesChanges(
  from: RoutingState,
  to: RoutingState,
  change: 'set-replies' | 'clear-replies',
): RoutingChange[] {
  if (change === 'clear-replies') return from.replies && !to.replies ? [{ change }] : [];
  if (!to.replies) return [];
  if (from.replies && isSameMarking(from.replies, to.replies)) return [];
  return [{ change, replies: to.replies }];
}

function isSameMarking(there: ReplyMarking, wanted: ReplyMarking): boolean {
  return (
    !there.altered &&
    there.refusesRedirects === wanted.refusesRedirects &&
    there.gatewayMacs.join() === wanted.gatewayMacs.join()
  );
}

function backstop(family: Family, table: number): UnreachableRoute {
  return { type: 'unreachable', family, table, metric: backstopMetric };
}

function isBackstop(route: PolicyRoute): route is UnreachableRoute {
  return route.type === 'unreachable';
}

function byFamily<T extends PolicyRoute>(routes: readonly T[]): T[] {
  return families.flatMap(family => routes.filter(route => route.family === family));
}

function without<T extends PolicyRoute>(routes: readonly T[], others: readonly PolicyRoute[]): T[] {
  const texts = new Set(others.map(textOf));
  return routes.filter(route => !texts.has(textOf(route)));
}

function textOf(route: PolicyRoute): string {
  const hop = isViaRoute(route) ? [route.gateway, route.device] : [];
  return [route.type, route.family, route.table, route.metric, ...hop].join(' ');
}

function set(route: PolicyRoute): RoutingChange {
  return { change: 'set-route', route };
}

function remove(route: PolicyRoute): RoutingChange {
  return { change: 'delete-route', route };
}
