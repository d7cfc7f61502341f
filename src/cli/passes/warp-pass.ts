import type { Plan } from '../../lib/model/plan.js';
import type { World } from '../../lib/model/world.js';
import { observeAll } from '../../lib/reconcile/observe/observe-all.js';
import type { Pass } from '../../lib/reconcile/pass.js';
import type { WarpDeclaration } from '../../lib/warps/routes/declaration.js';
import { inspectionForWarps } from '../../lib/warps/inspection.js';
import type { NamespacesToRead } from '../../lib/warps/namespaces-to-read.js';
import type { Connection } from '../connection.js';
import { hasGone } from './whole-pass.js';

/** A pass over warps alone; over some targets it reads no more than it needs for them. */
export async function warpPass(
  { config, kernel }: Pick<Connection, 'config' | 'kernel'>,
  declaration: WarpDeclaration,
  plan: (world: World) => Plan,
  namespaces?: NamespacesToRead,
): Promise<Pass<World>> {
  const access = await kernel();
  const pass: Pass<World> = {
    failFast: config.fail_fast,
    kernel: access.kernel,
    observe: (engine, signal) =>
      observeAll({ engine, access, signal, namespaces }, inspectionForWarps(declaration), declaration),
    plan,
    next: ({ results }, seen) =>
      results.some(({ needsAnotherRound }) => needsAnotherRound) || (seen.kernel && hasGone(seen.kernel))
        ? pass
        : undefined,
  };
  return pass;
}
