import type { Container } from '../../model/container.js';

export interface Remembered<T> {
  /** What the list said of the container when it was read: when that changes, so may the rest have. */
  readonly as: string;
  readonly value: T;
}

/** A container as the list shows it, as far as its details and its namespace depend on that. */
export function appearance({ state, endpoints }: Container): string {
  return JSON.stringify([
    state,
    endpoints.map(({ networkName, networkId, ipv4, ipv6, mac }) => [networkName, networkId, ipv4, ipv6, mac]),
  ]);
}

/** What is remembered of a container, unless the list shows it otherwise than when it was read. */
export function recall<T>(from: ReadonlyMap<string, Remembered<T>>, container: Container): T | undefined {
  const remembered = from.get(container.id);
  return remembered?.as === appearance(container) ? remembered.value : undefined;
}
