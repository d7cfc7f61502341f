import type { Container } from '../model/container.js';
import type { Network } from '../model/network.js';
import { isOn } from './members.js';
import type { NetworkWorld } from './network-world.js';

/** Endpoints that are left on a network of containers that are no more, by the names these had. */
export interface Ghosts {
  /** Nothing else answers to the name: it reaches the endpoint. */
  readonly removable: readonly string[];
  /** Why a name does not reach its endpoint, or which there are is not known, in words. */
  readonly unreachable: readonly string[];
}

/** Whom an engine takes a name for before it looks for an endpoint of that name. */
export function takenFor(name: string, containers: readonly Container[]): Container | undefined {
  return (
    containers.find(container => container.name === name) ?? containers.find(({ id }) => id.startsWith(name))
  );
}

/** What is left on a network. An endpoint that is being made for a member at this moment is not. */
export function ghostsOn(network: Network, { ghosts, unreadGhosts, containers = [] }: NetworkWorld): Ghosts {
  const removable: string[] = [];
  const unreachable: string[] = [];
  const unread = unreadGhosts?.get(network.id);
  if (unread !== undefined) unreachable.push(`what is left on it could not be read: ${unread}`);
  for (const name of ghosts?.get(network.id) ?? []) {
    const container = takenFor(name, containers);
    if (!container) removable.push(name);
    else if (!isOn(container, network)) unreachable.push(unreachableGhost(name, container));
  }
  return { removable, unreachable };
}

export function unreachableGhost(name: string, container: Container): string {
  return (
    `an endpoint of ${name}, a container that is no more, is left on it, and the engine takes the name for ` +
    `container ${container.name}: what is left goes when the engine is restarted`
  );
}
