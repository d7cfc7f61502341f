import type { DeclaredNetwork } from '../config/network-spec.js';
import type { NetworkSpec } from '../model/network.js';
import { appLabel } from '../model/ownership.js';

/** A network as its owner wants it, and what to do where it exists otherwise. */
export interface NetworkDeclaration {
  readonly spec: NetworkSpec;
  /** Made by someone else: it must exist, and is never created or changed. */
  readonly external: boolean;
  readonly onDrift: 'error' | 'recreate' | 'ignore';
  /** Recreate for labels alone: only where a person asks for it, for nothing depends on them. */
  readonly mendLabels: boolean;
}

/** What flags declare. */
export function declareNetwork(spec: NetworkSpec, recreate = false): NetworkDeclaration {
  return { spec, external: false, onDrift: recreate ? 'recreate' : 'error', mendLabels: recreate };
}

/** What a config declares. An app's networks carry its name, by which they are found when it is gone. */
export function declarationFrom({ spec, external, onDrift, app }: DeclaredNetwork): NetworkDeclaration {
  const labels = { ...spec.labels, ...(app !== undefined && { [appLabel]: app }) };
  return {
    spec: { ...spec, ...(Object.keys(labels).length > 0 && { labels }) },
    external,
    onDrift,
    mendLabels: false,
  };
}
