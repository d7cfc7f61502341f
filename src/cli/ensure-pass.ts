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
