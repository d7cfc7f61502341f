import type { Finding } from '../../model/plan.js';
import type { World } from '../../model/world.js';
import { blockedRouting } from './blocked-routing.js';
import { byHandRouting } from '../policy/by-hand.js';
import type { JudgedTarget, Verdict } from '../routes/classify.js';
import { type Decision, type DecisionOptions, finding, nothingByHand, stepTo } from './decision.js';
import type { Refusal } from '../routes/shared-network.js';
import { summarizeRoutes } from './summaries.js';
import { holdsRouting, routingIn, warpOfRoute, withoutRoutesTo } from '../policy/target-state.js';

function refusedFindings(container: string, refusals: readonly Refusal[]): Finding[] {
  return refusals.map(({ reason, hints }) =>
    finding(container, { find: 'refused', reason, ...(hints && { hints }) }),
  );
}

/** What a refusal comes to: see the verdict of a target. */
type Refused = Pick<Extract<Verdict, { readonly is: 'refused' }>, 'refusals' | 'shut' | 'closes'>;

/**
 * A refused target stays as it is, but for ways that cannot be what is meant: those are closed. What nothing routes yet
 * is blocked: it was to go through a warp, and must not go past it for a fault in how that is said.
 */
export function decideRefused(
  declared: JudgedTarget,
  { refusals, shut, closes }: Refused,
  world: World,
  options: DecisionOptions,
): Decision {
  const { owner, named } = declared;
  const inPlace = routingIn(owner, world);
  const findings = refusedFindings(named, refusals);
  const kept = inPlace && withoutRoutesTo(inPlace, shut, world.containers);
  const blocked = closes && kept ? blockedRouting(declared, kept, world, options) : undefined;
  const wanted = blocked ?? kept;
  if (!inPlace || !wanted || !(holdsRouting(inPlace) || holdsRouting(wanted)))
    return { owner, declared, byHand: nothingByHand, routes: [], findings, ...(inPlace && { inPlace }) };
  const open = new Set(
    wanted.routes.flatMap(route =>
      route.type === 'via' ? (warpOfRoute(route, world.containers)?.id ?? []) : [],
    ),
  );
  const closed = new Map(
    declared.routes.flatMap(route => (open.has(route.warp.id) ? [] : [[route, 'refused'] as const])),
  );
  const routes = summarizeRoutes(declared.routes, closed);
  const why = shut.size > 0 || blocked ? refusals[0]?.reason : undefined;
  const reason = `${why ?? 'what it was routed through is gone or has another address'}: blocked`;
  const step = stepTo(owner, inPlace, wanted, routes, reason);
  const byHand = byHandRouting(inPlace, world.containers);
  return { owner, declared, byHand, inPlace, wanted, routes, findings, ...(step && { step }) };
}
