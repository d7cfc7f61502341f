import { type Container, isAlive } from '../model/container.js';
import type { Finding } from '../model/plan.js';
import type { RouteSummary } from '../model/step.js';
import type { World } from '../model/world.js';
import { caveats } from './findings/caveats.js';
import { decideAll } from './decision/decide-all.js';
import type { Decision } from './decision/decision.js';
import type { WarpDeclaration } from './routes/declaration.js';
import { type GuardedListing, listGuarded } from './guard-listing.js';
import { routedTarget } from './decision/routed-target.js';
import { planNat, warpsWithNat } from './findings/nat.js';
import { preflight } from './findings/preflight.js';
import type { RoutedTarget } from './routes/route.js';
import { servedTarget } from './decision/served-target.js';
import { holdsRouting } from './policy/target-state.js';
import { allTargetRoutes, findWarps } from './routes/warp-names.js';

/** How the egress of a container is at this moment. */
export type TargetState =
  | 'routed'
  /** What is routed goes nowhere: its warp cannot be reached. */
  | 'blocked'
  | 'not routed yet'
  /** Something of ours is in place, and is not what is declared. */
  | 'drifted'
  | 'not running'
  | 'refused'
  /** Routed on the command line; nothing declares it. */
  | 'by hand'
  /** Nothing declares it any more. */
  | 'left over'
  /** Declared; what is in place could not be read. */
  | 'unknown';

export interface ListedTarget {
  readonly container: string;
  readonly state: TargetState;
  readonly routes: readonly RouteSummary[];
  /** Destinations that are not routed, whatever the rules say. */
  readonly bypass: readonly string[];
  readonly why: string;
  /** What its routing cannot promise. */
  readonly caveats: readonly Finding[];
}

export interface ListedWarp {
  readonly container: string;
  readonly running: boolean;
  /** Who is routed through it, or would be. */
  readonly targets: readonly string[];
  /** What is missing on the way through it. */
  readonly caveats: readonly Finding[];
}

export interface WarpListing {
  readonly targets: readonly ListedTarget[];
  readonly warps: readonly ListedWarp[];
  readonly guarded: readonly GuardedListing[];
  /** What is refused or, with `strict`, cannot be promised, in the words of a plan. */
  readonly findings: readonly Finding[];
}

function stateOf({ owner, declared, inPlace, routes, step, byHand }: Decision): TargetState {
  if (!declared) {
    if (byHand.tables.length === 0) return 'left over';
    return byHand.tables.every(({ vias }) => vias.length > 0) ? 'by hand' : 'blocked';
  }
  if (declared.verdict.is === 'idle') return 'not running';
  if (owner.reading.read === 'unreadable') return 'unknown';
  if (declared.verdict.is === 'refused') return 'refused';
  if (!inPlace) return 'unknown';
  if (step) return holdsRouting(inPlace) ? 'drifted' : 'not routed yet';
  return routes.every(({ open }) => open) ? 'routed' : 'blocked';
}

function whyOf({ declared, step, findings }: Decision): string {
  const [first] = findings;
  return first?.reason ?? step?.reason ?? declared?.says ?? '';
}

function bypassOf({ declared, byHand }: Decision): string[] {
  const routes = declared?.verdict.is === 'idle' ? [] : (declared?.routes ?? []);
  return [...new Set([...routes.flatMap(({ bypass }) => bypass), ...byHand.bypass].map(({ text }) => text))];
}

function whyUnread({ owner }: Decision, { kernel }: World): string | undefined {
  const reading = kernel?.namespaces.get(owner.id);
  if (owner.reading.read === 'unreadable') return owner.reading.why;
  return kernel?.outOfReach?.why ?? (reading?.read === 'unreadable' ? reading.why : undefined);
}

function listTarget(decision: Decision, declaration: WarpDeclaration, world: World): ListedTarget {
  const { owner, declared, routes } = decision;
  const target = routedTarget(decision, world);
  const state = stateOf(decision);
  const options = { strict: declaration.strict, guarded: new Set(declaration.guarded) };
  return {
    container: declared?.named ?? owner.name,
    state,
    routes,
    bypass: bypassOf(decision),
    why: (state === 'unknown' ? whyUnread(decision, world) : undefined) ?? whyOf(decision),
    caveats: target ? caveats([target], world, options) : [],
  };
}

/** The targets of one warp, with their way through it alone. */
function throughOnly(targets: readonly RoutedTarget[], name: string): RoutedTarget[] {
  return targets.flatMap(target => {
    const routes = target.routes.filter(({ warp }) => warp.name === name);
    return routes.length > 0 ? [{ ...target, routes }] : [];
  });
}

/** What a warp is listed with. */
interface Surroundings {
  /** What there is to know of NAT in warps. */
  readonly nat: readonly Finding[];
  /** Warps, by ID, that Fairlead sets it up in. */
  readonly withNat: ReadonlySet<string>;
  readonly world: World;
}

function listWarp(
  name: string,
  container: Container | undefined,
  decisions: readonly Decision[],
  { nat, withNat, world }: Surroundings,
): ListedWarp {
  const served = decisions.filter(({ routes }) => routes.some(({ via }) => via === name));
  const routed = throughOnly(
    served.flatMap(decision => routedTarget(decision, world) ?? []),
    name,
  );
  return {
    container: name,
    running: container !== undefined && isAlive(container),
    targets: served.map(({ owner, declared }) => declared?.named ?? owner.name),
    caveats: [...nat.filter(about => about.container === name), ...preflight(routed, world, withNat)],
  };
}

/** How everything is that is declared of warps or left of it. Without a look into the kernel: what is declared. */
export function listWarps(declaration: WarpDeclaration, world: World): WarpListing {
  const decisions = decideAll(declaration, world);
  const targetRoutes = allTargetRoutes(declaration, world.containers);
  const warps = new Map<string, Container | undefined>(
    findWarps(declaration, targetRoutes, world.containers).map(warp => [warp.name, warp]),
  );
  for (const { via } of decisions.flatMap(({ routes }) => routes))
    if (!warps.has(via))
      warps.set(
        via,
        world.containers.find(({ name }) => name === via),
      );
  const serving = decisions.flatMap(decision => servedTarget(decision, world) ?? []);
  const nat = planNat(serving, world).findings.filter(({ find }) => find === 'caveat');
  const around = { nat, withNat: warpsWithNat(serving), world };
  const targets = decisions.map(decision => listTarget(decision, declaration, world));
  return {
    targets: targets.sort((a, b) => byText(a.container, b.container)),
    warps: [...warps]
      .sort(([a], [b]) => byText(a, b))
      .map(([name, container]) => listWarp(name, container, decisions, around)),
    guarded: listGuarded(declaration, world),
    findings: [
      ...decisions.flatMap(({ findings }) => findings),
      ...targets.flatMap(({ caveats: told }) => told),
    ].filter(({ find }) => find === 'refused'),
  };
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
