import type { Container } from '../../model/container.js';
import { namespaceState } from '../../model/kernel-view.js';
import type { RoutingState } from '../../model/routing.js';
import type { World } from '../../model/world.js';
import { byHandRouting } from '../policy/by-hand.js';
import type { JudgedTarget } from '../routes/classify.js';
import { namespaceOwner } from '../routes/namespace-owner.js';
import { decideRefused } from './decide-refused.js';
import { type Decision, type DecisionOptions, finding, nothingByHand, stepTo } from './decision.js';
import { routingFor } from '../policy/policy.js';
import { replyMarking } from '../policy/replies.js';
import type { RoutedTarget } from '../routes/route.js';
import { summarizeByHand, summarizeRoutes } from './summaries.js';
import { withoutSuperseded } from '../policy/superseded.js';
import { holdsRouting } from '../policy/target-state.js';

/** Why the step is there: what is declared, or what has become otherwise since. */
function reasonFor(
  says: string,
  inPlace: RoutingState | undefined,
  wanted: RoutingState,
  blocked: readonly string[],
): string {
  if (blocked.length > 0) return `${[...new Set(blocked)].join(', ')}: blocked`;
  if (!holdsRouting(inPlace)) return says;
  const isOpen = ({ routes }: RoutingState): boolean => routes.some(({ type }) => type === 'via');
  if (inPlace && !isOpen(inPlace) && isOpen(wanted)) return `${says}: its warp can be reached again`;
  return `${says}: what is in place is not what is declared`;
}

/** Whether something of ours was found in a namespace, by the kernel's own list of its tables. */
function isHeld(owner: Container, { kernel, containers }: World): boolean {
  return containers.some(container => {
    if (!kernel?.holders.has(container.id)) return false;
    const found = namespaceOwner(container, containers);
    return 'owner' in found && found.owner.id === owner.id;
  });
}

/** Why what is in its namespace is not known, where the kernel could be looked at otherwise. */
function whyUnread({ id }: Container, { kernel }: World): string | undefined {
  const reading = kernel?.namespaces.get(id);
  return kernel?.host && reading?.read === 'unreadable' ? `could not be read: ${reading.why}` : undefined;
}

/** What is in place is left alone: it may be just what is declared, and to plan without it would take its ways back. */
function leftAlone(declared: JudgedTarget, target: RoutedTarget, reason: string): Decision {
  const { owner, named } = declared;
  return {
    owner,
    declared,
    byHand: nothingByHand,
    routes: summarizeRoutes(target.routes, new Map()),
    routed: target,
    findings: [finding(named, { find: 'refused', reason: `${reason}; what is routed stays as it is` })],
  };
}

/** Routes as declared, beside what was routed by hand and is not given anew. */
export function decideRouted(
  declared: JudgedTarget,
  target: RoutedTarget,
  world: World,
  { base }: DecisionOptions,
): Decision {
  const { owner, named, says } = declared;
  const state = namespaceState(world.kernel, owner.id);
  const inPlace = state?.routing;
  const unread = whyUnread(owner, world);
  if (unread !== undefined && isHeld(owner, world)) return leftAlone(declared, target, unread);
  const byHand = inPlace
    ? withoutSuperseded(byHandRouting(inPlace, world.containers), target.routes)
    : nothingByHand;
  const replies = replyMarking(owner, world);
  const laidOut = routingFor(target, state, { base, replies, byHand });
  if (!laidOut.ok) {
    const refusal = { reason: laidOut.why, hints: laidOut.hints };
    return decideRefused(declared, { refusals: [refusal], shut: new Set(), closes: false }, world, { base });
  }
  const closed = new Map(
    // What a namespace that nobody could read has in the way of devices is no news of the warp.
    laidOut.closed.flatMap(({ route, why }) => {
      const known = state || !route.passage ? why : unread;
      return known === undefined ? [] : [[route, known] as const];
    }),
  );
  const routes = [...summarizeRoutes(target.routes, closed), ...summarizeByHand(byHand, target.routes)];
  const blocked = [...closed.values()];
  const step = stepTo(
    owner,
    inPlace,
    laidOut.routing,
    routes,
    reasonFor(says, inPlace, laidOut.routing, blocked),
  );
  const isBlocked = blocked.length > 0;
  const how = isBlocked ? [...new Set(blocked)].join(', ') : 'routed as declared';
  return {
    owner,
    declared,
    byHand,
    ...(inPlace && { inPlace }),
    wanted: laidOut.routing,
    routes,
    routed: target,
    ...(step && { step }),
    findings: step
      ? []
      : [finding(named, { find: isBlocked ? 'blocked' : 'unchanged', reason: `${how} (${says})` })],
  };
}
