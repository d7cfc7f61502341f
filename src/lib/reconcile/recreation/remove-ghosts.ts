import { EngineError, isEngineFailure } from '../../docker/failures/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import type { Container } from '../../model/container.js';
import { takenFor, unreachableGhost } from '../../networks/ghosts.js';
import { isOn } from '../../networks/members.js';

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
 * What has come to be the name of a member meanwhile is left alone: nobody is detached who is not written down.
 */
export async function removeGhosts(
  engine: Engine,
  network: IdentifiedNetwork,
  consented: readonly string[],
  refusal: unknown,
): Promise<void> {
  const ghosts = await engine.listGhosts(network);
  /** Whether the engine finds nobody by that name but what is left. */
  const isReached = (name: string, containers: readonly Container[]): boolean => {
    const container = takenFor(name, containers);
    if (container && !isOn(container, network))
      throw stillThere(network, unreachableGhost(name, container), [], refusal);
    return !container;
  };
  const containers = await engine.listContainers();
  for (const name of ghosts) {
    if (!isReached(name, containers)) continue;
    if (!consented.includes(name)) {
      const why = `an endpoint of ${name}, a container that is no more, is left on it`;
      const hint = `To have it removed too: fairlead network ensure ${network.name} --recreate --force`;
      throw stillThere(network, why, [hint], refusal);
    }
  }
  for (const name of ghosts) {
    // Asked for each: the engine detaches a container that was given the name a moment ago.
    if (!isReached(name, await engine.listContainers())) continue;
    try {
      await engine.removeGhost(network, name);
    } catch (error) {
      if (!isEngineFailure(error, 'not-connected', 'not-found')) throw error;
    }
  }
}
