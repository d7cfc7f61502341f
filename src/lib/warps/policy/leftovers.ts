import type { Container } from '../../model/container.js';
import type { NamespaceState } from '../../model/namespace.js';
import type { ReplyMarking, RoutingState } from '../../model/routing.js';
import { type ByHandTable, byHandRouting } from './by-hand.js';
import { routingFor } from './policy.js';

/** What becomes of what is found in a namespace that nothing is declared for. */
export interface Leftovers {
  /** What stays there: what was routed by hand, closed where its warp is gone. Empty: all of ours goes. */
  readonly routing: RoutingState;
  /** What was routed by hand, warp by warp. */
  readonly byHand: readonly ByHandTable[];
}

interface LeftoverOptions {
  /** First priority of the rules. */
  readonly base: number;
  /** How replies are marked, where they are. */
  readonly replies?: ReplyMarking | undefined;
}

/** Told from what is declared by its tables alone, for nothing else remembers what was routed by hand. */
export function leftovers(
  { routing, ...state }: Pick<NamespaceState, 'routing' | 'links' | 'lacksIpv6'>,
  containers: readonly Container[],
  { base, replies }: LeftoverOptions,
): Leftovers {
  const byHand = byHandRouting(routing, containers);
  const marking = routing.replies ? replies : refusalIn(replies);
  const reading = routingFor({ routes: [] }, state, { base, replies: marking, byHand });
  // More than fits can only be what somebody else wrote under our mark: it stays as it is, and is nobody's to open.
  return { routing: reading.ok ? reading.routing : routing, byHand: byHand.tables };
}

/** What leads past a warp is not to be heeded, also where nobody saw to it when it was routed. */
function refusalIn({ refusesRedirects }: Partial<ReplyMarking> = {}): ReplyMarking | undefined {
  return refusesRedirects && { gatewayMacs: [], refusesRedirects };
}
