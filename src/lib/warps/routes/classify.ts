import { processOf } from '../../model/container-process.js';
import { type Container, isAlive } from '../../model/container.js';
import { ExitCode } from '../../model/errors.js';
import type { ContainerProcess } from '../../model/namespace.js';
import type { World } from '../../model/world.js';
import { type Edges, edgesOf } from './cycles.js';
import type { WarpDeclaration } from './declaration.js';
import { lockout } from './lockout.js';
import { contradiction, disagreement, mergeRoutes } from './merge-routes.js';
import { namespaceOwner } from './namespace-owner.js';
import type { Route } from './route.js';
import { networksOf, type Refusal } from './shared-network.js';
import { type TargetRoute, targetRoutesFor } from './target-routes.js';
import { routeFor } from './route-for.js';

export type Verdict =
  | { readonly is: 'routed'; readonly process: ContainerProcess }
  /** There is no namespace to route: it does not run. */
  | { readonly is: 'idle'; readonly reason: string }
  | {
      readonly is: 'refused';
      readonly refusals: readonly Refusal[];
      /** Warps by ID that it cannot reach as declared: no way to them stays, if one is in place. */
      readonly shut: ReadonlySet<string>;
      /** Whether what it says is blocked, where nothing routes it yet. */
      readonly closes: boolean;
    };

/** A network namespace that something is declared for, named by the container that made it. */
export interface JudgedTarget {
  readonly owner: Container;
  /** The container it is declared for, where that is one; else the owner. */
  readonly named: string;
  /** The containers that it is declared for. */
  readonly members: readonly Container[];
  readonly targetRoutes: readonly TargetRoute[];
  /** What it comes to; for a refused target, what it would come to. */
  readonly routes: readonly Route[];
  /** Where it is declared, for the person who reads the plan. */
  readonly says: string;
  readonly verdict: Verdict;
}

interface Group {
  readonly owner: Container;
  readonly members: Container[];
  readonly targetRoutes: TargetRoute[];
  readonly faults: Refusal[];
  /** Its namespace is that of a container that is not there. */
  readonly orphaned?: string;
}

/** What is declared, by the namespace it is for. */
function groupByNamespace(declaration: WarpDeclaration, { containers }: World): Group[] {
  const groups = new Map<string, Group>();
  for (const container of containers) {
    const { targetRoutes, faults } = targetRoutesFor(container, declaration);
    if (targetRoutes.length === 0 && faults.length === 0) continue;
    const found = namespaceOwner(container, containers);
    const owner = 'owner' in found ? found.owner : container;
    const group = groups.get(owner.id) ?? {
      owner,
      members: [],
      targetRoutes: [],
      faults: [],
      ...('missing' in found && { orphaned: found.missing }),
    };
    group.members.push(container);
    group.targetRoutes.push(...targetRoutes);
    group.faults.push(...faults);
    groups.set(owner.id, group);
  }
  return [...groups.values()];
}

function saysOf({ owner, targetRoutes }: Group): string {
  return [
    ...new Set(
      targetRoutes.map(({ says, container }) =>
        container.id === owner.id ? says : `${says} of ${container.name}`,
      ),
    ),
  ].join(', ');
}

const inHostMode: Refusal = {
  reason: "in the host's own network: Fairlead changes no routing there",
  hints: ['Give it a network of its own (networks instead of network_mode: host).'],
};

const createAnew = 'It has no network any more. Create it anew, on the network of a container that there is.';

/** What stands in the way before any route is looked at; undefined where nothing does. */
function obstacle({ owner, faults, orphaned }: Group, { kernel }: World): Verdict | undefined {
  const refused = (...refusals: Refusal[]): Verdict => ({
    is: 'refused',
    refusals,
    shut: new Set(),
    closes: false,
  });
  if (orphaned !== undefined) {
    const reason = `shares the network of container ${orphaned}, which is not there`;
    // What runs has had a network: it was taken from under it.
    return isAlive(owner) ? refused({ reason, hints: [createAnew] }) : { is: 'idle', reason };
  }
  const namespace = kernel?.namespaces.get(owner.id);
  if (owner.networkMode.kind === 'host' || namespace?.read === 'host') return refused(inHostMode);
  if (faults.length > 0) return refused(...faults);
  if (!isAlive(owner)) return { is: 'idle', reason: `not running (${owner.state})` };
  if (owner.reading.read === 'unreadable')
    return refused({ reason: `could not be read: ${owner.reading.why}` });
  if (!processOf(owner) || namespace?.read === 'gone')
    return { is: 'idle', reason: 'has just ended or runs anew' };
  const away = kernel?.outOfReach;
  // Without the rights a plan can still be shown.
  if (away && away.exit !== ExitCode.privileges) return refused({ reason: away.why, hints: away.hints });
  return undefined;
}

function judge(group: Group, edges: Edges, world: World): JudgedTarget {
  const { owner, targetRoutes, members } = group;
  const [only, ...others] = members;
  const named = only && others.length === 0 ? only.name : owner.name;
  const base = { owner, named, members, targetRoutes, says: saysOf(group) };
  const stuck = obstacle(group, world);
  const readings = targetRoutes.map(targetRoute => routeFor(targetRoute, owner, edges, world));
  const unreachable = readings.flatMap(({ refusal }) => refusal ?? []);
  const own = networksOf(owner, world.networks);
  const single = readings.map(({ route }) => route);
  const routes = mergeRoutes(single);
  if (stuck) return { ...base, routes, verdict: stuck };
  const unclear = [
    disagreement(owner, targetRoutes),
    contradiction(single),
    ...routes.map(({ rules, passage }) => lockout(rules, own, passage)),
  ].filter(refusal => refusal !== undefined);
  const refusals = [...unclear, ...unreachable];
  const shut = new Set(
    readings.flatMap(({ refusal, route }) => (refusal && !refusal.ambiguous ? route.warp.id : [])),
  );
  const process = processOf(owner);
  if (refusals.length === 0 && process) return { ...base, routes, verdict: { is: 'routed', process } };
  const closes = !refusals.some(({ staysOpen }) => staysOpen);
  return { ...base, routes, verdict: { is: 'refused', refusals, shut, closes } };
}

/** Everything that is declared to be routed, namespace by namespace, and what stands in its way. */
export function classify(declaration: WarpDeclaration, world: World): JudgedTarget[] {
  const groups = groupByNamespace(declaration, world);
  const edges = edgesOf(
    groups.flatMap(({ owner, targetRoutes }) => targetRoutes.map(targetRoute => ({ owner, targetRoute }))),
    world,
  );
  return groups.map(group => judge(group, edges, world));
}
