import type { Container } from '../model/container.js';
import type { Network } from '../model/network.js';
import { compareNetwork } from './compare.js';
import type { NetworkDeclaration } from './declaration.js';
import { isOn } from './members.js';

/** Which networks will be recreated, as far as that can be told from a list. */
export function isToRecreate(declarations: readonly NetworkDeclaration[]): (network: Network) => boolean {
  const recreated = declarations.filter(({ onDrift, external }) => onDrift === 'recreate' && !external);
  return network =>
    recreated.some(({ spec }) => {
      if (network.name !== spec.name) return false;
      const { fields, labels } = compareNetwork(spec, network);
      return fields.length + labels.length > 0;
    });
}

/** Which containers must be inspected: the members of networks that will be recreated, with all their settings. */
export function inspectionForNetworks(
  declarations: readonly NetworkDeclaration[],
): (container: Container, networks: readonly Network[]) => boolean {
  const isRecreated = isToRecreate(declarations);
  return (container, networks) => networks.some(network => isOn(container, network) && isRecreated(network));
}
