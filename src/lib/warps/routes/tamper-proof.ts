import { type Container, isAlive } from '../../model/container.js';
import { namespaceOwner } from './namespace-owner.js';

function cannotRoute({ reading }: Container): boolean {
  return reading.read === 'details' && !reading.details.powers.netAdmin;
}

/**
 * Whether no container in a namespace can change its routing: only then does what is read there say what somebody asked of
 * Fairlead. A container with CAP_NET_ADMIN writes our protocol number as well as we do, and one whose rights nobody
 * has read may have it.
 */
export function isTamperProof(owner: Container, containers: readonly Container[]): boolean {
  const members = containers.filter(container => {
    if (!isAlive(container)) return false;
    const found = namespaceOwner(container, containers);
    return 'owner' in found && found.owner.id === owner.id;
  });
  return members.length > 0 && members.every(cannotRoute);
}
