import { formatRoutingRule, isSameSelector } from '../../config/routing-rule.js';
import type { Container } from '../../model/container.js';
import type { Prefix } from '../../net/prefix.js';
import type { Route } from './route.js';
import type { Refusal } from './shared-network.js';
import type { TargetRoute } from './target-routes.js';

function byText<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  return [...new Map(items.map(item => [textOf(item), item])).values()];
}

const textOfPrefix = ({ text }: Prefix): string => text;

/** What a later pass knows as given by hand: it is in a table of its own. */
function isByHand({ origin }: Pick<Route, 'origin'>): boolean {
  return origin === 'command';
}

/**
 * One route for each warp, and another for what is given by hand through the same one: labels and config may both
 * lead to it. What is declared need not be given by hand as well.
 */
export function mergeRoutes(routes: readonly Route[]): Route[] {
  const merged: Route[] = [];
  for (const route of [...routes].sort((a, b) => Number(isByHand(a)) - Number(isByHand(b)))) {
    const declared = merged.find(({ warp }) => warp.name === route.warp.name);
    const known = new Set(isByHand(route) ? declared?.rules.map(formatRoutingRule) : []);
    const rules = route.rules.filter(rule => !known.has(formatRoutingRule(rule)));
    const at = merged.findIndex(
      other => other.warp.name === route.warp.name && isByHand(other) === isByHand(route),
    );
    const same = merged[at];
    if (!same) {
      if (rules.length > 0 || route.rules.length === 0) merged.push({ ...route, rules });
      continue;
    }
    merged[at] = {
      ...same,
      rules: byText([...same.rules, ...rules], formatRoutingRule),
      bypass: byText([...same.bypass, ...route.bypass], textOfPrefix),
      nat: same.nat || route.nat,
    };
  }
  return merged;
}

/** The same traffic sent through two warps, or through one on two networks. */
export function contradiction(routes: readonly Route[]): Refusal | undefined {
  for (const [at, route] of routes.entries())
    for (const other of routes.slice(at + 1)) {
      const [one, two] = [route.passage?.network, other.passage?.network];
      if (route.warp.name === other.warp.name && one && two && one.id !== two.id)
        return {
          reason: `asks for its warp ${route.warp.name} on ${one.name} and on ${two.name}`,
          hints: ['One warp is reached on one network.'],
        };
      for (const rule of route.warp.name === other.warp.name ? [] : route.rules)
        if (other.rules.some(another => isSameSelector(rule, another)))
          return {
            reason: `${formatRoutingRule(rule)} would be routed through ${route.warp.name} and through ${other.warp.name}`,
            hints: ['Let one of them mean other destinations, or remove it.'],
          };
    }
  return undefined;
}

function asked({ via, network = '', rules, bypass, nat }: TargetRoute): string {
  return [via, network, rules.map(formatRoutingRule).sort(), bypass.map(textOfPrefix).sort(), nat].join(' ');
}

/** Containers that share a namespace share its routing: they must not want it otherwise. */
export function disagreement(owner: Container, targetRoutes: readonly TargetRoute[]): Refusal | undefined {
  const wanted = new Map<string, { name: string; asks: string[] }>();
  for (const targetRoute of targetRoutes.filter(({ origin }) => origin !== 'command')) {
    const { id, name } = targetRoute.container;
    const entry = wanted.get(id) ?? { name, asks: [] };
    entry.asks.push(asked(targetRoute));
    wanted.set(id, entry);
  }
  const [first, ...others] = [...wanted.values()].map(({ name, asks }) => ({
    name,
    asks: asks.sort().join('\n'),
  }));
  const other = others.find(({ asks }) => asks !== first?.asks);
  if (!first || !other) return undefined;
  return {
    reason: `${first.name} and ${other.name} are both in the namespace of ${owner.name} and ask for different routes`,
    hints: ['Routing belongs to the namespace: declare it for one of them.'],
  };
}
