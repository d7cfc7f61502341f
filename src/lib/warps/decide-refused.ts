import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import { byHandRouting } from './by-hand.js';
import type { JudgedTarget } from './classify.js';
import { type Decision, finding, nothingByHand, stepTo } from './decision.js';
import type { Refusal } from './shared-network.js';
import { summarizeRoutes } from './summaries.js';
import { holdsRouting, routingIn, warpOfWay, withoutWays } from './target-state.js';

function refusedFindings(container: string, refusals: readonly Refusal[]): Finding[] {
  return refusals.map(({ reason, hints }) =>
    finding(container, { find: 'refused', reason, ...(hints && { hints }) }),
  );
}

/** A refused target stays as it is, but for ways that cannot be what is meant: those are closed. */
export function decideRefused(
  declared: JudgedTarget,
  refusals: readonly Refusal[],
  shut: ReadonlySet<string>,
  world: World,
): Decision {
  const { owner, named } = declared;
  const inPlace = routingIn(owner, world);
  const findings = refusedFindings(named, refusals);
  if (!inPlace || !holdsRouting(inPlace))
    return { owner, declared, byHand: nothingByHand, routes: [], findings, ...(inPlace && { inPlace }) };
  const wanted = withoutWays(inPlace, shut, world.containers);
  const open = new Set(
    wanted.routes.flatMap(route =>
      route.type === 'via' ? (warpOfWay(route, world.containers)?.id ?? []) : [],
    ),
  );
  const closed = new Map(
    declared.routes.flatMap(route => (open.has(route.warp.id) ? [] : [[route, 'refused'] as const])),
  );
  const routes = summarizeRoutes(declared.routes, closed);
  const why = shut.size > 0 ? refusals[0]?.reason : undefined;
  const reason = `${why ?? 'what it was routed through is gone or has another address'}: blocked`;
  const step = stepTo(owner, inPlace, wanted, routes, reason);
  const byHand = byHandRouting(inPlace, world.containers);
  return { owner, declared, byHand, inPlace, wanted, routes, findings, ...(step && { step }) };
}
