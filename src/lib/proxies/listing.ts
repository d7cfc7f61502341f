import type { Finding } from '../model/plan.js';
import { nameOf } from './declaration.js';
import type { Decision } from './decide.js';
import type { Role } from './memberships.js';
import type { Outcome } from './plan.js';

/** A network of a proxy: who put it there, or what a pass would do about it, and for which containers. */
export interface ListedNetwork {
  readonly network: string;
  readonly state: Role | 'to join' | 'to leave' | 'stale';
  readonly reason: string;
  /** The containers it is routed to there: `web (VIRTUAL_HOST=shop.local)`. */
  readonly containers: readonly string[];
}

export interface Listing {
  readonly proxy: string;
  readonly memberships: readonly ListedNetwork[];
  /** Containers that look as if they should be routed to and are not. */
  readonly unreachable: readonly { readonly container: string; readonly reason: string }[];
  /** What stands in the way of the proxy itself, and what a pass would warn of. */
  readonly notes: readonly Finding[];
}

/** What a pass would change. */
function changes({ plan, demand }: Decision): ListedNetwork[] {
  return plan.steps.flatMap((step): ListedNetwork[] => {
    if (step.do !== 'connect' && step.do !== 'disconnect') return [];
    const { name, id } = step.network;
    const { reason } = step;
    if (step.do === 'disconnect') {
      return [{ network: name, state: step.stale ? 'stale' : 'to leave', reason, containers: [] }];
    }
    const wanted = [...demand.wanted.values()].find(({ network }) =>
      id === undefined ? network.name === name : network.id === id,
    );
    return [{ network: name, state: 'to join', reason, containers: wanted?.because ?? [] }];
  });
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function isNote({ find }: Finding): boolean {
  return find !== 'kept' && find !== 'ignored';
}

function listDecision(decision: Decision): Listing {
  const { proxy, kept, plan, demand } = decision;
  const stays = kept.map(({ network, role, reason, containers }) => ({
    network: network.name,
    state: role,
    reason,
    containers,
  }));
  return {
    proxy: proxy.name,
    memberships: [...stays, ...changes(decision)].sort((a, b) => byText(a.network, b.network)),
    unreachable: demand.unreachable
      .map(({ container, reason }) => ({ container, reason }))
      .sort((a, b) => byText(a.container, b.container)),
    notes: plan.findings.filter(isNote),
  };
}

/** One listing for each proxy, and one for each container or declaration that is none to work on. */
export function listProxies(outcomes: readonly Outcome[]): Listing[] {
  return outcomes.flatMap(({ declaration, decisions, findings }) => [
    ...decisions.map(listDecision),
    ...findings.map((finding): Listing => {
      const proxy = finding.container ?? nameOf(declaration);
      return { proxy, memberships: [], unreachable: [], notes: [finding] };
    }),
  ]);
}
