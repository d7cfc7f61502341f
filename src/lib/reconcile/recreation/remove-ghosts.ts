import { EngineError, isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import { takenFor, unreachableGhost } from '../../networks/ghosts.js';

function stillThere(
  network: IdentifiedNetwork,
  why: string,
  hints: readonly string[],
  cause: unknown,
): EngineError {
  return new EngineError(`Could not remove network ${network.name}: ${why}.`, {
    failure: 'in-use',
    hints,
    cause,
  });
}

/**
 * After the engine refused to remove a network that nobody is on: removes what is left on it of containers that are no
 * more, by name and only what was consented to. What was not consented to, and what a name does not reach, is told.
 */
export async function removeGhosts(
  engine: Engine,
  network: IdentifiedNetwork,
  consented: readonly string[],
  refusal: unknown,
): Promise<void> {
  const ghosts = await engine.listGhosts(network);
  const containers = await engine.listContainers();
  for (const name of ghosts) {
    const container = takenFor(name, containers);
    if (container) throw stillThere(network, unreachableGhost(name, container), [], refusal);
    if (!consented.includes(name)) {
      const why = `an endpoint of ${name}, a container that is no more, is left on it`;
      const hint = `To have it removed too: fairlead network ensure ${network.name} --recreate --force`;
      throw stillThere(network, why, [hint], refusal);
    }
  }
  for (const name of ghosts) {
    try {
      await engine.removeGhost(network, name);
    } catch (error) {
      if (!isEngineFailure(error, 'not-connected', 'not-found')) throw error;
    }
  }
}
