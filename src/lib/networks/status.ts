import type { Network, NetworkSpec } from '../model/network.js';
import type { FieldDrift } from '../model/plan.js';
import { compareNetwork } from './compare.js';
import type { NetworkDeclaration } from './declaration.js';

/** How a network that the config declares is, beside its declaration. */
export interface NetworkStatus {
  /** `ignored-drift` where its declaration says that differences do not matter. */
  readonly state: 'declared' | 'drift' | 'label-drift' | 'ignored-drift';
  readonly drift: readonly FieldDrift[];
}

export interface DeclaredStatus {
  /** By the network's ID; what nobody declares is not in it. */
  readonly networks: ReadonlyMap<string, NetworkStatus>;
  readonly missing: readonly MissingNetwork[];
}

export interface MissingNetwork {
  readonly spec: NetworkSpec;
  /** Somebody else is to make it. */
  readonly external: boolean;
}

function statusOf({ spec, external, onDrift }: NetworkDeclaration, network: Network): NetworkStatus {
  if (external) return { state: 'declared', drift: [] };
  const { fields, labels } = compareNetwork(spec, network);
  const drift = [...fields, ...labels];
  if (drift.length === 0) return { state: 'declared', drift };
  if (onDrift === 'ignore') return { state: 'ignored-drift', drift };
  return { state: fields.length > 0 ? 'drift' : 'label-drift', drift };
}

/** What has become of the networks that are declared. */
export function networkStatus(
  declarations: readonly NetworkDeclaration[],
  networks: readonly Network[],
): DeclaredStatus {
  const declared = new Map(declarations.map(declaration => [declaration.spec.name, declaration]));
  const names = new Set(networks.map(({ name }) => name));
  return {
    networks: new Map(
      networks.flatMap(network => {
        const declaration = declared.get(network.name);
        return declaration ? [[network.id, statusOf(declaration, network)]] : [];
      }),
    ),
    missing: declarations
      .filter(({ spec }) => !names.has(spec.name))
      .map(({ spec, external }) => ({ spec, external })),
  };
}
