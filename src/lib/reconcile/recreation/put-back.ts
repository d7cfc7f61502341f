import { isEngineFailure } from '../../docker/engine-error.js';
import type { Engine, IdentifiedNetwork } from '../../docker/engine.js';
import { type Container, endpointOn } from '../../model/container.js';
import type { Member } from '../../model/step.js';

/** An entry that refers to a network of this name which is gone: it would be kept, and the container not start. */
function isStale(container: Container, network: IdentifiedNetwork): boolean {
  const id = endpointOn(container, network.name)?.networkId;
  return id !== undefined && id !== network.id;
}

async function connectOnce(engine: Engine, network: IdentifiedNetwork, member: Member): Promise<void> {
  try {
    await engine.connect(network, member.container, member.settings);
  } catch (error) {
    // A member that has been removed meanwhile is missed by nobody.
    if (!isEngineFailure(error, 'already-connected', 'not-found')) throw error;
  }
}

/** Puts every member on a network with the settings it had; one that is on it already is left as it is. */
export async function putBack(
  engine: Engine,
  network: IdentifiedNetwork,
  members: readonly Member[],
): Promise<void> {
  const containers = await engine.listContainers();
  for (const member of members) {
    const container = containers.find(({ id }) => id === member.container.id);
    if (!container) continue;
    const entry = endpointOn(container, network.name);
    if (entry && isStale(container, network)) {
      await engine.disconnect({ name: network.name }, member.container);
    } else if (entry) {
      continue;
    }
    await connectOnce(engine, network, member);
  }
}
