import type { EngineInfo } from '../model/engine-info.js';
import { type Network, type NetworkSpec, isEngineNetwork, shortId } from '../model/network.js';
import { managedLabel } from '../model/ownership.js';
import { type Finding, type Plan, joinPlans } from '../model/plan.js';
import type { RecreateNetwork, Step } from '../model/step.js';
import { type Drift, compareNetwork } from './compare.js';
import type { NetworkDeclaration } from './declaration.js';
import { sortDuplicates } from './duplicates.js';
import type { NetworkWorld } from './network-world.js';
import { type TakenSubnet, overlapWith, takenSubnets, unsupported } from './preflight.js';
import { interruptionBy, isUntouched } from './pending.js';
import { type RecreationOptions, planRecreation } from './recreation.js';

/** The World as every declaration is held against it, indexed once a plan. */
interface Surroundings extends NetworkWorld, RecreationOptions {
  readonly named: ReadonlyMap<string, readonly Network[]>;
  readonly taken: readonly TakenSubnet[];
}

function byName(networks: readonly Network[]): Map<string, Network[]> {
  const named = new Map<string, Network[]>();
  for (const network of networks) {
    const others = named.get(network.name);
    if (others) others.push(network);
    else named.set(network.name, [network]);
  }
  return named;
}

function finding(spec: NetworkSpec, part: Omit<Finding, 'job' | 'network'>): Plan {
  return { steps: [], findings: [{ job: 'networks', network: spec.name, ...part }] };
}

function refuse(spec: NetworkSpec, reason: string, hints: readonly string[] = []): Plan {
  return finding(spec, { find: 'refused', reason, ...(hints.length > 0 && { hints }) });
}

/** Where an engine keeps less than others do, its own tools make what it has instead. */
function declareOtherwise({ kind }: EngineInfo): readonly string[] {
  return kind === 'podman'
    ? ['Leave it out, or make the network with `podman network create` and declare it external.']
    : [];
}

function planCreation(spec: NetworkSpec, { engine, taken }: Surroundings): Plan {
  const cannot = unsupported(spec, engine);
  if (cannot !== undefined) return refuse(spec, cannot, declareOtherwise(engine));
  const overlap = overlapWith(spec, taken);
  if (overlap !== undefined) return refuse(spec, overlap, ['Choose a subnet that is free.']);
  // The engine refuses labels where all is taken from another network; it copies that one's.
  const marked =
    spec.configFrom === undefined ? { ...spec, labels: { ...spec.labels, [managedLabel]: 'true' } } : spec;
  const reason = 'no network of this name exists';
  return {
    steps: [{ do: 'create-network', job: 'networks', spec: marked, reason }],
    findings: [],
  };
}

function planDrift(
  { spec, onDrift, mendLabels }: NetworkDeclaration,
  network: Network,
  { fields, labels }: Drift,
  surroundings: Surroundings,
): Plan {
  const drift = [...fields, ...labels];
  if (onDrift === 'ignore') {
    const reason = 'exists otherwise than declared, which its declaration says to ignore';
    return finding(spec, { find: 'unchanged', reason, drift });
  }
  if (onDrift === 'recreate' && (fields.length > 0 || mendLabels)) {
    return planRecreation(spec, network, drift, surroundings, surroundings);
  }
  if (fields.length === 0) {
    const reason = 'only labels differ, which no engine can update and nothing depends on';
    return finding(spec, { find: 'label-drift', reason, drift });
  }
  return finding(spec, {
    find: 'drift',
    reason: 'exists otherwise than declared; no engine can change a network in place',
    drift,
    hints: [
      'To have it removed and made again, with every member put back as it was:',
      `fairlead network ensure ${spec.name} --recreate, or on_drift: recreate in the config`,
    ],
  });
}

function planExisting(declaration: NetworkDeclaration, network: Network, surroundings: Surroundings): Plan {
  const { spec } = declaration;
  if (declaration.external) return finding(spec, { find: 'unchanged', reason: 'exists; it is external' });
  if (isEngineNetwork(network)) return refuse(spec, 'it belongs to the engine itself');
  const { engine } = surroundings;
  // What Podman does not tell cannot be compared: it would be drift for ever.
  const cannot = engine.kind === 'podman' ? unsupported(spec, engine) : undefined;
  if (cannot !== undefined) return refuse(spec, cannot, declareOtherwise(engine));
  const drift = compareNetwork(spec, network);
  if (drift.fields.length + drift.labels.length > 0) {
    return planDrift(declaration, network, drift, surroundings);
  }
  return finding(spec, { find: 'unchanged', reason: `exists as declared (${shortId(network.id)})` });
}

function planDuplicates(
  declaration: NetworkDeclaration,
  matches: readonly Network[],
  surroundings: Surroundings,
): Plan {
  const { spec } = declaration;
  const { containers } = surroundings;
  const duplicates = containers && sortDuplicates(matches, containers);
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
  const rest = planExisting(declaration, duplicates.survivor, surroundings);
  return joinPlans({ steps: removals, findings: [] }, rest);
}

function planNetwork(declaration: NetworkDeclaration, surroundings: Surroundings): Plan {
  const { spec, external } = declaration;
  const matches = surroundings.named.get(spec.name) ?? [];
  const [network, ...others] = matches;
  if (network) {
    return others.length > 0
      ? planDuplicates(declaration, matches, surroundings)
      : planExisting(declaration, network, surroundings);
  }
  if (!external) return planCreation(spec, surroundings);
  return refuse(spec, 'it is declared external and does not exist', [
    'Whoever makes it has to make it first; without `external` Fairlead creates it.',
  ]);
}

export interface NetworkOptions extends RecreationOptions {
  /** Recreations that a killed run left unfinished: they come first, whatever is declared. */
  readonly pending?: readonly RecreateNetwork[];
  /** Networks that another run is recreating right now. */
  readonly underWay?: ReadonlySet<string>;
  /** Why it is not known what was begun: then nothing is. */
  readonly unknown?: Unknown | undefined;
}

interface Unknown {
  readonly why: string;
  readonly hints: readonly string[];
}

/** What a killed run began must not be undone: a network that it took away may be missing for that alone. */
function withhold({ steps, findings }: Plan, { why, hints }: Unknown): Plan {
  const reason = `no network is created, recreated or removed: ${why.replace(/\.$/, '')}`;
  const names = steps.flatMap(step => {
    if (step.do === 'create-network') return [step.spec.name];
    return 'network' in step ? [step.network.name] : [];
  });
  const about = names.length === 0 ? [{}] : [...new Set(names)].map(network => ({ network }));
  const refusals = about.map((of): Finding => ({ find: 'refused', job: 'networks', ...of, reason, hints }));
  return { steps: [], findings: [...refusals, ...findings.filter(({ find }) => find !== 'warning')] };
}

/** Job 1: what it takes for networks to exist as declared. */
export function planNetworks(
  declarations: readonly NetworkDeclaration[],
  world: NetworkWorld,
  { force, pending = [], underWay = new Set(), unknown }: NetworkOptions = { force: false },
): Plan {
  if (unknown) return withhold(planNetworks(declarations, world, { force }), unknown);
  const begun = pending.filter(step => !isUntouched(step, world));
  const unfinished = new Set(begun.map(step => step.network.name));
  const surroundings = {
    ...world,
    force,
    named: byName(world.networks),
    taken: takenSubnets(world.networks),
  };
  return joinPlans(
    { steps: begun, findings: begun.flatMap(interruptionBy) },
    ...declarations
      .filter(({ spec }) => !unfinished.has(spec.name))
      .map(declaration =>
        underWay.has(declaration.spec.name)
          ? refuse(declaration.spec, 'another run is recreating it right now', [
              'Try again when it has ended.',
            ])
          : planNetwork(declaration, surroundings),
      ),
  );
}
