import type { Container } from '../../model/container.js';
import { namespaceState } from '../../model/kernel-view.js';
import type { World } from '../../model/world.js';
import { type ByHandRouting, byHandRouting } from '../policy/by-hand.js';
import { type Decision, type DecisionOptions, finding, stepTo } from './decision.js';
import { leftovers } from '../policy/leftovers.js';
import { replyMarking } from '../policy/replies.js';
import { summarizeByHand } from './summaries.js';
import { holdsRouting } from '../policy/target-state.js';

/** What becomes of a namespace that nothing is declared for, and something of ours is in. */
export function decideLeftover(
  owner: Container,
  world: World,
  { base }: DecisionOptions,
): Decision | undefined {
  const state = namespaceState(world.kernel, owner.id);
  if (!state || !holdsRouting(state.routing)) return undefined;
  const inPlace = state.routing;
  const byHand = byHandRouting(inPlace, world.containers);
  const { routing } = leftovers(state, world.containers, {
    base,
    replies: replyMarking(owner, world),
  });
  const routes = summarizeByHand(byHand, []);
  const named = (tables: ByHandRouting['tables']): string =>
    tables.map(({ warp, table }) => warp?.name ?? `table ${String(table)}`).join(', ');
  const blocked = byHand.tables.filter(({ vias }) => vias.length === 0);
  const how =
    blocked.length === 0
      ? 'routed by hand'
      : `routed by hand through ${named(blocked)}, which is gone or has another address`;
  const isClosing = byHand.tables.some(({ stale }) => stale.length > 0);
  const reason = isClosing ? `${how}: blocked` : 'nothing declares it any more';
  const step = stepTo(owner, inPlace, routing, routes, reason);
  return {
    owner,
    byHand,
    inPlace,
    wanted: routing,
    routes,
    ...(step && { step }),
    findings: step
      ? []
      : [finding(owner.name, { find: blocked.length > 0 ? 'blocked' : 'unchanged', reason: how })],
  };
}
