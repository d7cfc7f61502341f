import { processOf } from '../../model/container-process.js';
import type { Container } from '../../model/container.js';
import type { Finding } from '../../model/plan.js';
import { noRouting, type RoutingState } from '../../model/routing.js';
import type { ClearRouting, RouteSummary, SetRouting } from '../../model/step.js';
import type { ByHandRouting } from '../policy/by-hand.js';
import { routingChanges } from '../changes/changes.js';
import type { JudgedTarget } from '../routes/classify.js';
import type { RoutedTarget } from '../routes/route.js';
import { holdsRouting } from '../policy/target-state.js';

/** What becomes of one namespace, and what of ours is there already. */
export interface Decision {
  /** The container that made the namespace. */
  readonly owner: Container;
  /** What is declared for it; absent where nothing is, and something of ours is there. */
  readonly declared?: JudgedTarget;
  readonly byHand: ByHandRouting;
  /** What is there; absent where it could not be read. */
  readonly inPlace?: RoutingState;
  /** What will be there; absent where nothing is known of it. */
  readonly wanted?: RoutingState;
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

export const nothingByHand: ByHandRouting = { tables: [], bypass: [] };

export function finding(container: string, part: Omit<Finding, 'job' | 'container'>): Finding {
  return { job: 'warps', container, ...part };
}

/** The step from what is there to what is wanted; undefined where nothing has to be changed. */
export function stepTo(
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
