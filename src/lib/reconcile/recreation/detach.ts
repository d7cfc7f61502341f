import { isEngineFailure } from '../../docker/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import type { ContainerRef } from '../../model/step.js';
import { isOn } from '../../networks/members.js';

/** Detaches everything from a network that still exists, and removes it. What is gone already is fine. */
export async function detachAndRemove(engine: Engine, network: IdentifiedNetwork): Promise<void> {
  const containers = await engine.listContainers();
  for (const container of containers.filter(candidate => isOn(candidate, network))) {
    await detach(engine, network, container);
  }
  try {
    await engine.removeNetwork(network);
  } catch (error) {
    if (!isEngineFailure(error, 'not-found')) throw error;
  }
}

async function detach(engine: Engine, network: IdentifiedNetwork, container: ContainerRef): Promise<void> {
  try {
    await engine.disconnect(network, container);
  } catch (error) {
    if (!isEngineFailure(error, 'not-connected', 'not-found')) throw error;
  }
}
