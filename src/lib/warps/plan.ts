import { unmatchedFindings } from '../config/unmatched.js';
import type { Plan } from '../model/plan.js';
import { plannedId } from '../model/step.js';
import type { World } from '../model/world.js';
import { servedTarget } from './decision/served-target.js';
import { warnOfNewCaveats, affectedBy } from './findings/new-caveats.js';
import { caveats } from './findings/caveats.js';
import type { Decision } from './decision/decision.js';
import { decideAll } from './decision/decide-all.js';
import type { WarpDeclaration } from './routes/declaration.js';
import { planGuard } from './guard/guard.js';
import { warpsOn } from './guard/guarded-warps.js';
import { unsureWarps } from './guard/unsure-warps.js';
import { routedTarget } from './decision/routed-target.js';
import { planNat, warpsWithNat } from './findings/nat.js';
import { preflight } from './findings/preflight.js';
import { inSafeOrder } from './changes/safe-order.js';
import { outdatedFindings, unreadFinding, unreadKernel } from './decision/unread.js';
import { targetRoutesFor } from './routes/target-routes.js';

/**
 * The guard of the networks that only warps may send out of. A network that the plan recreates gets another bridge:
 * what is in force for the one of now is nothing to go by.
 */
export function planWarpGuard(
  declaration: WarpDeclaration,
  world: World,
  remade: ReadonlySet<string> = new Set(),
): Plan {
  const networks = world.networks.map(network =>
    remade.has(network.name) ? { ...network, id: plannedId(network.name) } : network,
  );
  return planGuard(
    declaration.guarded,
    { ...world, networks },
    {
      warpsOn: warpsOn(declaration, world),
      isTarget: container => targetRoutesFor(container, declaration).targetRoutes.length > 0,
      isUnsure: unsureWarps(declaration, world),
    },
  );
}

/** What to do for these namespaces, and for the warps that serve them. */
export function planFor(
  decisions: readonly Decision[],
  all: readonly Decision[],
  declaration: WarpDeclaration,
  world: World,
): Plan {
  const served = all.flatMap(decision => servedTarget(decision, world) ?? []);
  const nat = planNat(served, world);
  const routed = decisions.flatMap(decision => routedTarget(decision, world) ?? []);
  const steps = decisions.flatMap(({ step }) => step ?? []);
  const guarded = new Set(declaration.guarded);
  const known = [
    ...nat.findings,
    ...unreadKernel(world),
    ...unreadFinding(decisions, world),
    ...outdatedFindings(decisions, world),
    ...preflight(routed, world, warpsWithNat(served)),
    ...caveats(routed, world, { strict: declaration.strict, guarded }),
    ...decisions.flatMap(({ findings }) => findings),
  ];
  const affected = affectedBy([...nat.steps, ...steps], [...served, ...routed]);
  return { steps: [...nat.steps, ...steps], findings: warnOfNewCaveats(known, affected) };
}

/** Job 4: the egress of every target goes through its warp or nowhere; what is declared no more is taken back. */
export function planWarps(declaration: WarpDeclaration, world: World): Plan {
  const decisions = decideAll(declaration, world);
  const { steps, findings } = planFor(decisions, decisions, declaration, world);
  const unmatched = declaration.routes.flatMap(({ target, says }) =>
    'select' in target
      ? unmatchedFindings({ job: 'warps', says, selector: target.select }, world.containers)
      : [],
  );
  return { steps: inSafeOrder(steps), findings: [...findings, ...unmatched] };
}
