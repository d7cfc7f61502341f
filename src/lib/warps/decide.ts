import type { Container } from '../model/container.js';
import type { Finding } from '../model/plan.js';
import { noRouting, type RoutingState } from '../model/routing.js';
import type { ClearRouting, RouteSummary, SetRouting } from '../model/step.js';
import type { World } from '../model/world.js';
import { byHandRouting, type ByHandRouting } from './by-hand.js';
import { routingChanges } from './changes.js';
import type { JudgedTarget } from './classify.js';
import { leftovers } from './leftovers.js';
import { processOf } from './namespace-owner.js';
import { routingFor } from './policy.js';
import { takesConnections } from './replies.js';
import type { RoutedTarget } from './route.js';
import type { Refusal } from './shared-network.js';
import { summarizeByHand, summarizeRoutes } from './summaries.js';
import { holdsRouting, routingIn, withoutStaleWays } from './target-state.js';

/** What becomes of one namespace, and what of ours is there already. */
export interface Decision {
  /** The container that made the namespace. */
  readonly owner: Container;
  /** What is declared for it; absent where nothing is, and something of ours is there. */
  readonly declared?: JudgedTarget;
  readonly byHand: ByHandRouting;
  /** What is there; absent where it could not be read. */
  readonly inPlace?: RoutingState;
  readonly routes: readonly RouteSummary[];
  /** Its declared routes, where they are in force or will be. */
  readonly routed?: RoutedTarget;
  readonly step?: SetRouting | ClearRouting;
  /** What there is to say of it, the first thing first. */
  readonly findings: readonly Finding[];
}

export interface DecisionOptions {
  /** First priority of the rules. */
  readonly base: number;
}

const nothingByHand: ByHandRouting = { tables: [], bypass: [] };

function finding(container: string, part: Omit<Finding, 'job' | 'container'>): Finding {
  return { job: 'warps', container, ...part };
}

function refusedFindings(container: string, refusals: readonly Refusal[]): Finding[] {
  return refusals.map(({ reason, hints }) =>
    finding(container, { find: 'refused', reason, ...(hints && { hints }) }),
  );
}

/** The step from what is there to what is wanted; undefined where nothing has to be changed. */
function stepTo(
  owner: Container,
  inPlace: RoutingState | undefined,
  wanted: RoutingState,
  routes: readonly RouteSummary[],
  reason: string,
): SetRouting | ClearRouting | undefined {
  const container = processOf(owner);
  const changes = routingChanges(inPlace ?? noRouting, wanted);
  if (!container || changes.length === 0) return undefined;
  const base = { job: 'warps', container, changes, reason } as const;
  return holdsRouting(wanted)
    ? { do: 'set-routing', ...base, routes, routing: wanted }
    : { do: 'clear-routing', ...base };
}

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

/** Routes as declared, beside what was routed by hand and is not given anew. */
function decideRouted(
  declared: JudgedTarget,
  target: RoutedTarget,
  world: World,
  { base }: DecisionOptions,
): Decision {
  const { owner, named, says } = declared;
  const reading = world.kernel?.namespaces.get(owner.id);
  const state = reading?.read === 'state' ? reading.state : undefined;
  const inPlace = state?.routing;
  const byHand = inPlace ? byHandRouting(inPlace, world.containers) : nothingByHand;
  const marksReplies = takesConnections(owner, world.networks);
  const laidOut = routingFor(target, state, { base, marksReplies, byHand });
  if (!laidOut.ok) {
    const refusal = { reason: laidOut.why, hints: laidOut.hints };
    return decideKept(
      { ...declared, verdict: { is: 'refused', refusals: [refusal], holding: 'keep' } },
      world,
    );
  }
  const closed = new Map(
    // What a namespace that nobody could read has in the way of devices is no news of the warp.
    laidOut.closed.flatMap(({ route, why }) => (state || !route.passage ? [[route, why] as const] : [])),
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
  const how = blocked.length > 0 ? `blocked: ${[...new Set(blocked)].join(', ')}` : 'routed as declared';
  return {
    owner,
    declared,
    byHand,
    ...(inPlace && { inPlace }),
    routes,
    routed: target,
    ...(step && { step }),
    findings: step ? [] : [finding(named, { find: 'unchanged', reason: `${how} (${says})` })],
  };
}

/** A refused target of which cannot be told what is meant: nothing is opened, and nothing is let past a warp. */
function decideKept(declared: JudgedTarget, world: World): Decision {
  const { owner, named, verdict } = declared;
  const refusals = verdict.is === 'refused' ? verdict.refusals : [];
  const inPlace = routingIn(owner, world);
  const byHand = inPlace ? byHandRouting(inPlace, world.containers) : nothingByHand;
  const wanted = withoutStaleWays(inPlace ?? noRouting, world.containers);
  const routes = inPlace && holdsRouting(inPlace) ? summarizeRoutes(declared.routes, 'all') : [];
  const step =
    inPlace && stepTo(owner, inPlace, wanted, routes, 'its warp is gone, and it is refused: blocked');
  return {
    owner,
    declared,
    byHand,
    ...(inPlace && { inPlace }),
    routes,
    ...(step && { step }),
    findings: refusedFindings(named, refusals),
  };
}

/** What becomes of a namespace that something is declared for. */
export function decideTarget(declared: JudgedTarget, world: World, options: DecisionOptions): Decision {
  const { owner, named, verdict, routes } = declared;
  switch (verdict.is) {
    case 'idle':
      return {
        owner,
        declared,
        byHand: nothingByHand,
        routes: [],
        findings: [finding(named, { find: 'ignored', reason: verdict.reason })],
      };
    case 'routed':
      return decideRouted(declared, { container: owner, process: verdict.process, routes }, world, options);
    case 'refused': {
      const process = processOf(owner);
      if (verdict.holding === 'keep' || !process || !holdsRouting(routingIn(owner, world)))
        return decideKept(declared, world);
      const shut = decideRouted(declared, { container: owner, process, routes }, world, options);
      return {
        ...shut,
        findings: [
          ...refusedFindings(named, verdict.refusals),
          ...shut.findings.filter(({ find }) => find === 'refused'),
        ],
      };
    }
  }
}

/** What becomes of a namespace that nothing is declared for, and something of ours is in. */
export function decideLeftover(
  owner: Container,
  world: World,
  { base }: DecisionOptions,
): Decision | undefined {
  const reading = world.kernel?.namespaces.get(owner.id);
  if (reading?.read !== 'state' || !holdsRouting(reading.state.routing)) return undefined;
  const inPlace = reading.state.routing;
  const byHand = byHandRouting(inPlace, world.containers);
  const { routing } = leftovers(reading.state, world.containers, base);
  const routes = summarizeByHand(byHand, []);
  const shut = byHand.tables.filter(({ stale }) => stale.length > 0);
  const gone = shut.map(({ warp, table }) => warp?.name ?? `table ${String(table)}`).join(', ');
  const reason =
    shut.length > 0
      ? `routed by hand through ${gone}, which is gone or has another address: blocked`
      : 'nothing declares it any more';
  const step = stepTo(owner, inPlace, routing, routes, reason);
  return {
    owner,
    byHand,
    inPlace,
    routes,
    ...(step && { step }),
    findings: step ? [] : [finding(owner.name, { find: 'unchanged', reason: 'routed by hand' })],
  };
}
