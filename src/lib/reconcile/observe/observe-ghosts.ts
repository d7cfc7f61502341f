import { isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine } from '../../docker/engine.js';
import { FairleadError } from '../../model/errors.js';
import type { Network } from '../../model/network.js';
import type { NetworkWorld } from '../../networks/network-world.js';

/**
 * Adds what no list tells: which endpoints are left on networks of containers that are no more. Asked of the few
 * networks that are about to be removed, for such an endpoint keeps the engine from it. A network that cannot be asked
 * about stays as it is; all else goes on.
 */
export async function withGhosts<Seen extends NetworkWorld>(
  engine: Engine,
  seen: Seen,
  isAsked: (network: Network) => boolean,
  signal?: AbortSignal,
): Promise<Seen> {
  const ghosts = new Map<string, readonly string[]>();
  const unreadGhosts = new Map<string, string>();
  for (const network of seen.networks.filter(isAsked)) {
    try {
      const names = await engine.listGhosts(network, signal);
      if (names.length > 0) ghosts.set(network.id, names);
    } catch (error) {
      if (isEngineFailure(error, 'not-found')) continue;
      if (!(error instanceof FairleadError) || isEngineFailure(error, 'unreachable', 'aborted')) throw error;
      unreadGhosts.set(network.id, error.message);
    }
  }
  return {
    ...seen,
    ...(ghosts.size > 0 && { ghosts }),
    ...(unreadGhosts.size > 0 && { unreadGhosts }),
  };
}
