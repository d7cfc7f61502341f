import { type Network, type NetworkSpec, isEngineNetwork, shortId } from '../model/network.js';
import { managedLabel } from '../model/ownership.js';
import { type Finding, type Plan, joinPlans } from '../model/plan.js';
import type { RecreateNetwork, Step } from '../model/step.js';
import { type Drift, compareNetwork } from './compare.js';
import type { NetworkDeclaration } from './declaration.js';
import { sortDuplicates } from './duplicates.js';
import type { NetworkWorld } from './network-world.js';
import { overlapWith, unsupported } from './preflight.js';
import { type RecreationOptions, planRecreation } from './recreation.js';

function finding(spec: NetworkSpec, part: Omit<Finding, 'job' | 'network'>): Plan {
  return { steps: [], findings: [{ job: 'networks', network: spec.name, ...part }] };
}

function refuse(spec: NetworkSpec, reason: string, hints: readonly string[] = []): Plan {
  return finding(spec, { find: 'refused', reason, ...(hints.length > 0 && { hints }) });
}

function planCreation(spec: NetworkSpec, world: NetworkWorld): Plan {
  const cannot = unsupported(spec, world.engine);
  if (cannot !== undefined) return refuse(spec, cannot);
  const overlap = overlapWith(spec, world.networks);
  if (overlap !== undefined) return refuse(spec, overlap, ['Choose a subnet that is free.']);
  const labels = { ...spec.labels, [managedLabel]: 'true' };
  const reason = 'no network of this name exists';
  return {
    steps: [{ do: 'create-network', job: 'networks', spec: { ...spec, labels }, reason }],
    findings: [],
  };
}

function planDrift(
  { spec, onDrift, mendLabels }: NetworkDeclaration,
  network: Network,
  { fields, labels }: Drift,
  world: NetworkWorld,
  options: RecreationOptions,
): Plan {
  const drift = [...fields, ...labels];
  if (onDrift === 'ignore') {
    const reason = 'exists otherwise than declared, which its declaration says to ignore';
    return finding(spec, { find: 'unchanged', reason, drift });
  }
  if (onDrift === 'recreate' && (fields.length > 0 || mendLabels)) {
    return planRecreation(spec, network, drift, world, options);
  }
  if (fields.length === 0) {
    const reason = 'only labels differ, which no engine can update and nothing depends on';
    return finding(spec, { find: 'label-drift', reason, drift });
  }
  return finding(spec, {
    find: 'drift',
    reason: 'exists otherwise than declared; no engine can change a network in place',
    drift,
    hints: ['--recreate removes it and makes it again, with every member put back as it was.'],
  });
}

function planExisting(
  declaration: NetworkDeclaration,
  network: Network,
  world: NetworkWorld,
  options: RecreationOptions,
): Plan {
  const { spec } = declaration;
  if (declaration.external) return finding(spec, { find: 'unchanged', reason: 'exists; it is external' });
  if (isEngineNetwork(network)) return refuse(spec, 'it belongs to the engine itself');
  const drift = compareNetwork(spec, network);
  if (drift.fields.length + drift.labels.length > 0) {
    return planDrift(declaration, network, drift, world, options);
  }
  return finding(spec, { find: 'unchanged', reason: `exists as declared (${shortId(network.id)})` });
}

function planDuplicates(
  declaration: NetworkDeclaration,
  matches: readonly Network[],
  world: NetworkWorld,
  options: RecreationOptions,
): Plan {
  const { spec } = declaration;
  const duplicates = world.containers && sortDuplicates(matches, world.containers);
  if (!duplicates || duplicates.others.length > 0) {
    const ids = matches.map(({ id }) => shortId(id)).join(', ');
    return refuse(spec, `the name stands for ${String(matches.length)} networks: ${ids}`, [
      'Engines before 25.0 can make two networks of one name. Remove the ones that nothing uses, by ID.',
    ]);
  }
  const removals: Step[] = duplicates.expendable.map(({ id, name }) => ({
    do: 'remove-network',
    job: 'networks',
    network: { id, name },
    reason: `a second network of this name (${shortId(id)}), made at the same moment; nothing is on it`,
  }));
  const rest = planExisting(declaration, duplicates.survivor, world, options);
  return joinPlans({ steps: removals, findings: [] }, rest);
}

function planNetwork(declaration: NetworkDeclaration, world: NetworkWorld, options: RecreationOptions): Plan {
  const { spec, external } = declaration;
  const matches = world.networks.filter(network => network.name === spec.name);
  const [network, ...others] = matches;
  if (network) {
    return others.length > 0
      ? planDuplicates(declaration, matches, world, options)
      : planExisting(declaration, network, world, options);
  }
  if (!external) return planCreation(spec, world);
  return refuse(spec, 'it is declared external and does not exist', [
    'Whoever makes it has to make it first; without `external` Fairlead creates it.',
  ]);
}

export interface NetworkOptions extends RecreationOptions {
  /** Recreations that a killed run left unfinished: they come first, whatever is declared. */
  readonly pending?: readonly RecreateNetwork[];
}

/** Job 1: what it takes for networks to exist as declared. */
export function planNetworks(
  declarations: readonly NetworkDeclaration[],
  world: NetworkWorld,
  { force, pending = [] }: NetworkOptions = { force: false },
): Plan {
  const unfinished = new Set(pending.map(step => step.network.name));
  return joinPlans(
    { steps: pending, findings: [] },
    ...declarations
      .filter(({ spec }) => !unfinished.has(spec.name))
      .map(declaration => planNetwork(declaration, world, { force })),
  );
}
