import { declaredNetworks } from '../../lib/config/network-spec.js';
import { UsageError } from '../../lib/model/errors.js';
import { type Finding, type Plan, joinPlans } from '../../lib/model/plan.js';
import type { World } from '../../lib/model/world.js';
import { after } from '../../lib/reconcile/after.js';
import { observeAll } from '../../lib/reconcile/observe/observe-all.js';
import { remade } from '../../lib/reconcile/plan.js';
import { type WarpDeclaration, warpDeclaration } from '../../lib/warps/routes/declaration.js';
import { inspectionForWarps } from '../../lib/warps/inspection.js';
import { planWarpGuard } from '../../lib/warps/plan.js';
import { type NetworkDeclaration, declarationFrom } from '../../lib/networks/declaration.js';
import { inspectionForNetworks, isToRecreate } from '../../lib/networks/inspection.js';
import type { NetworkWorld } from '../../lib/networks/network-world.js';
import { planNetworks } from '../../lib/networks/plan.js';
import { begunElsewhere } from '../../lib/reconcile/journal/journal-steps.js';
import { observe, observeNetworks } from '../../lib/reconcile/observe/observe.js';
import { withGhosts } from '../../lib/reconcile/observe/observe-ghosts.js';
import type { Pass } from '../../lib/reconcile/pass.js';
import type { Connection } from '../connection.js';

interface EnsureFlags {
  readonly recreate?: boolean | undefined;
  readonly force?: boolean | undefined;
}

function mended(declaration: NetworkDeclaration): NetworkDeclaration {
  return { ...declaration, onDrift: 'recreate', mendLabels: true };
}

/** A name and nothing else: no flag says how it should be. */
function isBare({ spec }: NetworkDeclaration): boolean {
  return Object.keys(spec).length === 1;
}

/** What the config says of a network, where it does. */
function declaredAs(
  wanted: NetworkDeclaration,
  declared: readonly NetworkDeclaration[],
  recreate: boolean | undefined,
): NetworkDeclaration {
  const found = declared.find(({ spec }) => spec.name === wanted.spec.name);
  if (!found) return wanted;
  return recreate ? mended(found) : found;
}

/** The networks named, or all of the config. */
function declarationsFor(
  { config }: Connection,
  named: readonly NetworkDeclaration[],
  { recreate }: EnsureFlags,
): readonly NetworkDeclaration[] {
  const declared = declaredNetworks(config).map(declarationFrom);
  if (named.length > 0) {
    return named.map(wanted => (isBare(wanted) ? declaredAs(wanted, declared, recreate) : wanted));
  }
  if (declared.length === 0) {
    throw new UsageError('No network is named, and the config declares none.', [
      'Name one: fairlead network ensure NAME',
    ]);
  }
  return declared.map(declaration => (recreate ? mended(declaration) : declaration));
}

/** The pass with the guard's step in it, so that a network with `egress: warp` is guarded from its creation on. */
async function guardedPass(
  { kernel }: Connection,
  declarations: readonly NetworkDeclaration[],
  warps: WarpDeclaration,
  planThem: (world: NetworkWorld) => Plan,
): Promise<Pass<NetworkWorld>> {
  const access = await kernel();
  const forNetworks = inspectionForNetworks(declarations);
  const forWarps = inspectionForWarps(warps);
  return {
    kernel: access.kernel,
    observe: async (engine, signal) => {
      const seen = await observeAll(
        { engine, access, signal },
        (container, networks, containers) =>
          forNetworks(container, networks) || forWarps(container, networks, containers),
        warps,
      );
      return withGhosts(engine, seen, isToRecreate(declarations), signal);
    },
    plan: world => {
      const plan = planThem(world);
      const whole: World = { ...world, containers: world.containers ?? [] };
      return joinPlans(plan, planWarpGuard(warps, after(whole, plan.steps), remade(plan)));
    },
  };
}

/** The pass of `network ensure`: without anything to recreate it takes no more than a list of networks. */
export async function ensurePass(
  connection: Connection,
  named: readonly NetworkDeclaration[],
  warnings: readonly Finding[],
  flags: EnsureFlags,
): Promise<Pass<NetworkWorld>> {
  const declarations = declarationsFor(connection, named, flags);
  const begun = await begunElsewhere(connection.journal);
  const mayRecreate = declarations.some(({ onDrift }) => onDrift === 'recreate');
  const planThem = (world: NetworkWorld): Plan =>
    joinPlans(
      { steps: [], findings: warnings },
      planNetworks(declarations, world, { force: flags.force ?? false, ...begun }),
    );
  const warps = warpDeclaration(connection.config);
  const isGuarded = declarations.some(({ spec }) => warps.guarded.includes(spec.name));
  if (isGuarded) return guardedPass(connection, declarations, warps, planThem);
  return {
    observe: async (engine, signal) => {
      if (!mayRecreate) return observeNetworks(engine, signal);
      const seen = await observe(engine, inspectionForNetworks(declarations), signal);
      return withGhosts(engine, seen, isToRecreate(declarations), signal);
    },
    plan: planThem,
  };
}
