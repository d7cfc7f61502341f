import { namespaceState } from '../../model/kernel-view.js';
import { mainTable, type PolicyRule, type RoutingState } from '../../model/routing.js';
import type { World } from '../../model/world.js';
import { byHandRouting } from '../policy/by-hand.js';
import type { JudgedTarget } from '../routes/classify.js';
import type { DecisionOptions } from './decision.js';
import { routingFor } from '../policy/policy.js';
import { replyMarking } from '../policy/replies.js';
import type { Route } from '../routes/route.js';

function selectorOf({ family, to, protocol, ports }: PolicyRule): string {
  return [family, to, protocol, ports?.first, ports?.last].join(' ');
}

/** What is selected by rules whose tables let nothing through to the main one. */
function held({ rules, routes }: RoutingState): ReadonlySet<string> {
  const ends = new Set(
    routes.flatMap(({ type, family, table }) => (type === 'unreachable' ? `${family} ${String(table)}` : [])),
  );
  return new Set(
    rules
      .filter(({ unknown, family, table }) => !unknown && ends.has(`${family} ${String(table)}`))
      .map(selectorOf),
  );
}

function shut({ warp, origin, rules, bypass, nat }: Route): Route {
  return { warp, origin, rules, bypass, nat };
}

/**
 * What is declared for a target that is refused, with no way to any warp but those that are there and may stay;
 * undefined where all of what is declared is held in place already, or where it does not fit.
 */
export function blockedRouting(
  { owner, routes }: JudgedTarget,
  kept: RoutingState,
  world: World,
  { base }: DecisionOptions,
): RoutingState | undefined {
  // What is asked for by hand was refused to whoever asks: nothing is to be as it says from then on.
  const closed = routes.filter(({ origin }) => origin !== 'command').map(shut);
  const byHand = byHandRouting(kept, world.containers);
  const replies = replyMarking(owner, world);
  const state = namespaceState(world.kernel, owner.id);
  const laidOut = routingFor({ routes: closed }, state, { base, replies, byHand });
  if (!laidOut.ok) return undefined;
  const { routing } = laidOut;
  const there = held(kept);
  const selecting = routing.rules.filter(({ table }) => table !== mainTable);
  if (selecting.every(rule => there.has(selectorOf(rule)))) return undefined;
  const tables = new Set(selecting.map(({ table }) => table));
  const known = new Set(routing.routes.map(route => JSON.stringify(route)));
  const ways = kept.routes.filter(
    route => route.type === 'via' && tables.has(route.table) && !known.has(JSON.stringify(route)),
  );
  return { ...routing, routes: [...routing.routes, ...ways] };
}
