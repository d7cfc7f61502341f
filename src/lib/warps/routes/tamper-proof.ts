import { type Container, isAlive, lastReadOf } from '../../model/container.js';
import { namespaceOwner } from './namespace-owner.js';

/** Running containers in a namespace. */
function membersOf(owner: Container, containers: readonly Container[]): Container[] {
  return containers.filter(container => {
    if (!isAlive(container)) return false;
    const found = namespaceOwner(container, containers);
    return 'owner' in found && found.owner.id === owner.id;
  });
}

/**
 * Whether no container in a namespace can change its routing: only then does what is read there say what somebody asked of
 * Fairlead. A container with CAP_NET_ADMIN writes our protocol number as well as we do, and one whose rights nobody
 * has read may have it.
 */
export function isTamperProof(owner: Container, containers: readonly Container[]): boolean {
  const members = membersOf(owner, containers);
  return members.length > 0 && members.every(member => lastReadOf(member)?.powers.netAdmin === false);
}

/** Whether a namespace is tamper-proof as far as the rights of its containers have been read. */
export function mayBeTamperProof(owner: Container, containers: readonly Container[]): boolean {
  const members = membersOf(owner, containers);
  return members.length > 0 && !members.some(member => lastReadOf(member)?.powers.netAdmin);
}
