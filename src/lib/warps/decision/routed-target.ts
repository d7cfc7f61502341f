import type { PortRange, RoutingRule } from '../../config/routing-rule.js';
import { processOf } from '../../model/container-process.js';
import type { Container } from '../../model/container.js';
import type { World } from '../../model/world.js';
import type { ByHandTable } from '../policy/by-hand.js';
import type { Decision } from './decision.js';
import type { Route, RoutedTarget } from '../routes/route.js';
import { routeBy } from './served-target.js';

function ruleOf({ to, protocol, ports }: ByHandTable['selections'][number]): RoutingRule {
  const ranges: readonly PortRange[] | undefined = ports && [ports];
  return { to, ...(protocol && { protocol }), ...(ranges && { ports: ranges }) };
}

function routeByHand({ warp, selections, vias }: ByHandTable, owner: Container, world: World): Route[] {
  if (!warp) return [];
  const [via] = vias;
  const open = via && routeBy(via, owner, world);
  const rules = selections.map(ruleOf);
  const terms = { origin: 'command', bypass: [], nat: false } as const;
  return [open ? { ...open, rules } : { warp, ...terms, rules, closed: 'it cannot be reached' }];
}

/**
 * A namespace with all routes that are in force in it or will be, whoever asked for them: what is to be known of them
 * is the same.
 */
export function routedTarget({ owner, routed, byHand }: Decision, world: World): RoutedTarget | undefined {
  const process = processOf(owner);
  const declared = routed?.routes ?? [];
  const anew = new Set(declared.filter(({ origin }) => origin === 'command').map(({ warp }) => warp.name));
  const kept = byHand.tables.filter(({ warp }) => warp && !anew.has(warp.name));
  const all = [...declared, ...kept.flatMap(table => routeByHand(table, owner, world))];
  // NAT is for an address: whoever asks for it in a warp has it for all that is sent there.
  const masqueraded = new Set(all.flatMap(({ nat, warp }) => (nat ? warp.id : [])));
  const routes = all.map(route => ({ ...route, nat: masqueraded.has(route.warp.id) }));
  return process && routes.length > 0 ? { container: owner, process, routes } : undefined;
}
