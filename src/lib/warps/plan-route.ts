import { findNamed } from '../model/lookup.js';
import { type Finding, joinPlans, type Plan } from '../model/plan.js';
import type { World } from '../model/world.js';
import { inSafeOrder } from './changes/safe-order.js';
import { decideAll } from './decision/decide-all.js';
import type { Decision } from './decision/decision.js';
import { planGuardAdditions } from './guard/guard-additions.js';
import { relayedWarps } from './guard/relayed.js';
import { planFor, planWarpGuard, planWarps } from './plan.js';
import { isByHand } from './policy/tables.js';
import type { WarpDeclaration } from './routes/declaration.js';

function missing(name: string): Finding {
  return {
    find: 'refused',
    job: 'warps',
    container: name,
    reason: 'there is no container of this name',
    hints: ['See them all: docker ps -a'],
  };
}

function undeclared(name: string, { labels }: WarpDeclaration): Finding {
  return {
    find: 'refused',
    job: 'warps',
    container: name,
    reason: 'nothing says through whom to route it',
    hints: [`Say it with --via, with a label ${labels.target}, or in warp.routes of the config.`],
  };
}

/** What a command is to plan for. */
export interface RouteScope {
  /** Targets by name or ID; none: all that is declared. */
  readonly targets: readonly string[];
  /** Whether a config was read: without one what is declared elsewhere is not known, and nothing is taken back. */
  readonly complete: boolean;
  /** The warp that was typed: one that there is not is a slip, and cuts nobody off. */
  readonly via?: string;
}

/** The same for the targets that are named alone, or for all; what others have declared stays as it is. */
export function planRoute(
  declaration: WarpDeclaration,
  world: World,
  { targets, complete, via }: RouteScope,
): Plan {
  if (via !== undefined && findNamed(world.containers, via).length === 0) {
    return { steps: [], findings: [missing(via)] };
  }
  const all = decideAll(declaration, world);
  if (targets.length === 0) {
    const { steps, findings } = complete
      ? joinPlans(planWarpGuard(declaration, world), planWarps(declaration, world))
      : planChosen(
          all.filter(decision => decision.declared ?? isByHandAlone(decision)),
          all,
          declaration,
          world,
        );
    return { steps: inSafeOrder(steps), findings };
  }
  const findings: Finding[] = [];
  const chosen = new Set<Decision>();
  for (const target of targets) {
    const named = new Set(findNamed(world.containers, target).map(({ id }) => id));
    const found = all.filter(
      ({ owner, declared }) =>
        declared && (named.has(owner.id) || declared.members.some(({ id }) => named.has(id))),
    );
    for (const decision of found) chosen.add(decision);
    if (named.size === 0) findings.push(missing(target));
    else if (found.length === 0) findings.push(undeclared(target, declaration));
  }
  const plan = planChosen([...chosen], all, declaration, world);
  // Who names a container wants it routed: that it is passed over is no success.
  const told = plan.findings.map((each): Finding =>
    each.find === 'ignored' ? { ...each, find: 'refused' } : each,
  );
  return { steps: inSafeOrder(plan.steps), findings: [...findings, ...told] };
}

/** Whether all of ours in a namespace was routed by hand: what a config may have declared is not among it. */
function isByHandAlone({ byHand, inPlace }: Decision): boolean {
  return byHand.tables.length > 0 && (inPlace?.routes ?? []).every(({ table }) => isByHand(table));
}

/** For some targets: their routes, NAT in their warps, and a way out of a guard that is in force. */
function planChosen(
  chosen: readonly Decision[],
  all: readonly Decision[],
  declaration: WarpDeclaration,
  world: World,
): Plan {
  const plan = planFor(chosen, all, declaration, world);
  const warps = new Set(chosen.flatMap(({ routed }) => routed?.routes.map(({ warp }) => warp.id) ?? []));
  const own = plan.steps.filter(
    step => step.do !== 'set-nat' || (step.nat !== undefined && warps.has(step.container.id)),
  );
  const relayed = relayedWarps(declaration, world);
  const letOut = new Set([...warps].filter(id => relayed({ id }) === 'no'));
  return joinPlans(planGuardAdditions(letOut, world), { steps: own, findings: plan.findings });
}
