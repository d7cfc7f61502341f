import { declaredNetworks } from '../lib/config/network-spec.js';
import { UsageError } from '../lib/model/errors.js';
import { type Finding, joinPlans } from '../lib/model/plan.js';
import { type NetworkDeclaration, declarationFrom } from '../lib/networks/declaration.js';
import { inspectionForNetworks } from '../lib/networks/inspection.js';
import type { NetworkWorld } from '../lib/networks/network-world.js';
import { planNetworks } from '../lib/networks/plan.js';
import { begunElsewhere } from '../lib/reconcile/journal-steps.js';
import { observe, observeNetworks } from '../lib/reconcile/observe.js';
import type { Pass } from '../lib/reconcile/pass.js';
import type { Connection } from './connection.js';

interface EnsureFlags {
  readonly recreate?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** The networks named, or all of the config. */
function declarationsFor(
  { config }: Connection,
  named: readonly NetworkDeclaration[],
  { recreate }: EnsureFlags,
): readonly NetworkDeclaration[] {
  if (named.length > 0) return named;
  const declared = declaredNetworks(config).map(declarationFrom);
  if (declared.length === 0) {
    throw new UsageError('No network is named, and the config declares none.', [
      'Name one: fairlead network ensure NAME',
    ]);
  }
  return recreate
    ? declared.map(declaration => ({ ...declaration, onDrift: 'recreate', mendLabels: true }))
    : declared;
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
  return {
    observe: (engine, signal) =>
      mayRecreate
        ? observe(engine, inspectionForNetworks(declarations), signal)
        : observeNetworks(engine, signal),
    plan: world =>
      joinPlans(
        { steps: [], findings: warnings },
        planNetworks(declarations, world, { force: flags.force ?? false, ...begun }),
      ),
  };
}
