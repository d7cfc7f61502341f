import type { Container } from '../model/container.js';
import type { Network } from '../model/network.js';
import { isOwnNetwork } from '../model/ownership.js';

/** Networks of one name, as engines before 25.0 can end up with: they check and create in two steps. */
export interface Duplicates {
  /** The one that stays: the oldest, and of equally old ones the smallest ID. Everyone who looks agrees. */
  readonly survivor: Network;
  /** Made by Fairlead and nothing is on them: they came of two processes doing the same at once. */
  readonly expendable: readonly Network[];
  /** Somebody else's, or in use: never removed. */
  readonly others: readonly Network[];
}

export function byAge(a: Network, b: Network): number {
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** A stopped container uses its network too: without it, it cannot start. */
function isUsed(network: Network, containers: readonly Container[]): boolean {
  return containers.some(({ endpoints }) =>
    endpoints.some(({ networkId, networkName }) =>
      // An entry without an ID may mean any network of the name.
      networkId === undefined ? networkName === network.name : networkId === network.id,
    ),
  );
}

/** Sorts networks of one name; undefined where there is none. */
export function sortDuplicates(
  networks: readonly Network[],
  containers: readonly Container[],
): Duplicates | undefined {
  const [survivor, ...rest] = [...networks].sort(byAge);
  if (!survivor) return undefined;
  const mayGo = (network: Network): boolean => isOwnNetwork(network) && !isUsed(network, containers);
  return {
    survivor,
    expendable: rest.filter(mayGo),
    others: rest.filter(network => !mayGo(network)),
  };
}
