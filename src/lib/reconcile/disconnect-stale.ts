import { EngineError } from '../docker/failures/engine-error.js';
import type { Engine } from '../docker/engine.js';
import { endpointOn } from '../model/container.js';
import type { ContainerRef } from '../model/step.js';

/**
 * Removes an entry whose network is gone. Only its name reaches it, and the engine takes a name that it does not know
 * for the beginning of an ID: where that would be a stranger's network, or the entry has come to life since, hands
 * off. Says whether there was anything to remove.
 */
export async function disconnectStale(
  engine: Engine,
  name: string,
  container: ContainerRef,
): Promise<boolean> {
  const containers = await engine.listContainers();
  const networks = await engine.listNetworks();
  const present = containers.find(({ id }) => id === container.id);
  const entry = present && endpointOn(present, name);
  if (!entry || networks.some(({ id }) => id === entry.networkId)) return false;
  const isNamed = networks.some(network => network.name === name);
  const stranger = isNamed ? undefined : networks.find(({ id }) => id.startsWith(name));
  if (stranger) {
    throw new EngineError(
      `Could not remove the stale entry ${name} of ${container.name}: the engine would take it for network ${stranger.name}, whose ID begins so.`,
      { failure: 'refused', hints: [`Recreate ${container.name}, or make a network named ${name} first.`] },
    );
  }
  await engine.disconnect({ name }, container);
  return true;
}
