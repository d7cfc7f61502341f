import type { Container } from '../model/container.js';
import type { Network } from '../model/network.js';
import { compareNetwork } from './compare.js';
import type { NetworkDeclaration } from './declaration.js';
import { isOn } from './members.js';

/** Which containers must be inspected: the members of networks that will be recreated, with all their settings. */
export function inspectionForNetworks(
  declarations: readonly NetworkDeclaration[],
): (container: Container, networks: readonly Network[]) => boolean {
  const recreated = declarations.filter(({ onDrift, external }) => onDrift === 'recreate' && !external);
  return (container, networks) =>
    recreated.some(({ spec }) =>
      networks.some(network => {
        if (network.name !== spec.name || !isOn(container, network)) return false;
        const { fields, labels } = compareNetwork(spec, network);
        return fields.length + labels.length > 0;
      }),
    );
}
