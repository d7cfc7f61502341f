import { type Container, endpointSettings, isAlive } from '../model/container.js';
import { isHome } from '../model/membership.js';
import type { Network } from '../model/network.js';
import type { Member } from '../model/step.js';

/** Whether a container is on a network, running or not. An entry without an ID is known by its name (fact E7). */
export function isOn(container: Container, network: { readonly id: string; readonly name: string }): boolean {
  return container.endpoints.some(({ networkId, networkName }) =>
    networkId === undefined ? networkName === network.name : networkId === network.id,
  );
}

/** The containers on a network. */
export function membersOf(network: Network, containers: readonly Container[]): Container[] {
  return containers.filter(container => isOn(container, network));
}

/**
 * The containers that need a network: those on it, and those created on it, which cannot start without it even if
 * they were disconnected (Engine 24 and later).
 */
export function usersOf(network: Network, containers: readonly Container[]): Container[] {
  return containers.filter(container => isOn(container, network) || isHome(container, network));
}

/** A member with all that a reconnect has to bring back. */
export function memberRecord(container: Container, network: Network): Member {
  return {
    container: { id: container.id, name: container.name },
    alive: isAlive(container),
    settings: endpointSettings(container, network.name) ?? {},
  };
}
