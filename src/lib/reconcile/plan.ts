import { type AttachmentRule } from '../attachments/rules.js';
import { planAttachments } from '../attachments/plan.js';
import type { NetworkDeclaration } from '../networks/declaration.js';
import { planNetworks } from '../networks/plan.js';
import { planPrune } from '../networks/prune.js';
import { type Plan, emptyPlan, joinPlans } from '../model/plan.js';
import type { Job, RecreateNetwork } from '../model/step.js';
import type { World } from '../model/world.js';
import type { ProxyDeclaration } from '../proxies/declaration.js';
import { isDeclaredProxy } from '../proxies/inspection.js';
import { planProxies } from '../proxies/plan.js';
import { findUndeclared } from '../proxies/undeclared.js';
import type { WarpDeclaration } from '../warps/routes/declaration.js';
import { closesOnly } from '../warps/changes/safe-order.js';
import { splitGuard } from '../warps/changes/stale-guard.js';
import { planWarpGuard, planWarps } from '../warps/plan.js';
import { after } from './after.js';
import type { UnknownBegun } from './journal/journal-steps.js';
import { withoutMemberships, withoutUnconfirmed } from './withheld.js';

/** Everything that is declared. */
export interface Declared {
  readonly networks: readonly NetworkDeclaration[];
  readonly attachments: readonly AttachmentRule[];
  readonly proxies: readonly ProxyDeclaration[];
  readonly warps: WarpDeclaration;
}

export interface PlanOptions {
  /** The jobs to plan; all where it is left out. */
  readonly only?: ReadonlySet<Job>;
  readonly force: boolean;
  /** Remove networks that Fairlead made and nobody declares any more. */
  readonly prune: boolean;
  readonly pending: readonly RecreateNetwork[];
  readonly underWay: ReadonlySet<string>;
  readonly unknown?: UnknownBegun;
}

/** A job: what it plans for the World as the jobs before it leave it. */
type PlanJob = (world: World, soFar: Plan) => Plan;

/** Names of networks that get another bridge by what is planned. */
export function remade(plan: Plan): ReadonlySet<string> {
  return new Set(plan.steps.flatMap(step => (step.do === 'recreate-network' ? [step.network.name] : [])));
}

/**
 * The jobs in the order in which each sees what the ones before it bring about; removals come last, when nothing
 * is on what goes.
 */
function jobs(declared: Declared, options: PlanOptions): readonly (readonly [Job, PlanJob])[] {
  const names = new Set(declared.networks.map(({ spec }) => spec.name));
  const isProxy = isDeclaredProxy(declared.proxies);
  const proxyIds = (world: World): ReadonlySet<string> =>
    new Set(world.containers.filter(isProxy).map(({ id }) => id));
  const memberships = (job: Job, plan: Plan): Plan =>
    options.unknown?.passing ? withoutMemberships(job, plan, options.unknown.why) : plan;
  return [
    ['networks', world => planNetworks(declared.networks, world, options)],
    // The guard is in force before any container is connected to a guarded network.
    ['warps', (world, soFar) => planWarpGuard(declared.warps, world, remade(soFar))],
    [
      'attachments',
      world =>
        memberships(
          'attachments',
          planAttachments(declared.attachments, world, { proxies: proxyIds(world) }),
        ),
    ],
    ['proxies', world => memberships('proxies', planProxies(declared.proxies, world))],
    ['proxies', world => findUndeclared(declared.proxies, world)],
    ['warps', world => withoutUnconfirmed(planWarps(declared.warps, world), world)],
    [
      'networks',
      world =>
        options.unknown ? emptyPlan : planPrune(world, { declared: names, appsOnly: !options.prune }),
    ],
  ];
}

/**
 * The steps of a plan with those first that only close: the address of a warp that has gone may be a stranger's in a
 * moment. For the same reason such an address leaves the guard before anything else is done; where networks are made
 * first that the guard waits for, this is a step of its own.
 */
function closingsFirst({ steps, findings }: Plan, world: World): Plan {
  const at = steps.findIndex(step => step.do === 'set-guard');
  const guard = steps[at];
  const split = guard?.do === 'set-guard' ? splitGuard(guard, world) : undefined;
  const first = split && at === 0 ? (split.rest ?? split.first) : split?.first;
  const others = steps.flatMap(step =>
    step !== guard || !split ? [step] : at === 0 ? [] : (split.rest ?? []),
  );
  return {
    steps: [
      ...(first ? [first] : []),
      ...others.filter(closesOnly),
      ...others.filter(step => !closesOnly(step)),
    ],
    findings,
  };
}

/** One plan for all that is declared: each job is planned from the World that the steps before it will leave. */
export function planAll(declared: Declared, world: World, options: PlanOptions): Plan {
  let plan = emptyPlan;
  let predicted = world;
  for (const [job, planJob] of jobs(declared, options)) {
    if (options.only && !options.only.has(job)) continue;
    const next = planJob(predicted, plan);
    predicted = after(predicted, next.steps);
    plan = joinPlans(plan, next);
  }
  return closingsFirst(plan, world);
}
