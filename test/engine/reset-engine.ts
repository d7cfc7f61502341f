import type { EngineApi } from './engine-api.js';
import { EngineApiError } from './engine-errors.js';

const predefinedNetworks = new Set(['bridge', 'host', 'none']);

interface ListedNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly ConfigOnly: boolean;
}

/** Containers first, all at once: a network with somebody on it cannot be removed. */
export async function removeAllObjects(api: EngineApi): Promise<void> {
  let containers = await listContainers(api);
  while (containers.length > 0) {
    await Promise.all(containers.map(({ Id }) => remove(api, `/containers/${Id}?force=1&v=1`)));
    const left = await listContainers(api);
    if (left.length >= containers.length)
      throw new Error(`containers that cannot be removed: ${left.map(({ Id }) => Id).join(', ')}`);
    containers = left;
  }

  const networks = await api.call<ListedNetwork[]>('GET', '/networks');
  const ours = networks.filter(({ Name }) => !predefinedNetworks.has(Name));
  // A config-only network goes after those that were made from it.
  for (const configOnly of [false, true]) {
    const some = ours.filter(({ ConfigOnly }) => ConfigOnly === configOnly);
    await Promise.all(some.map(({ Id }) => remove(api, `/networks/${Id}`)));
  }

  const { Volumes } = await api.call<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
  await Promise.all(
    (Volumes ?? []).map(({ Name }) => remove(api, `/volumes/${encodeURIComponent(Name)}?force=1`)),
  );
}

function listContainers(api: EngineApi): Promise<{ Id: string }[]> {
  return api.call<{ Id: string }[]>('GET', '/containers/json?all=1');
}

/**
 * Gone already (by `--rm`, by the code under test) is as good. Podman removes a container whose namespace others share
 * only after those: in the next round.
 */
async function remove(api: EngineApi, path: string): Promise<void> {
  try {
    await api.call('DELETE', path);
  } catch (error) {
    if (!(error instanceof EngineApiError)) throw error;
    const isLate = error.status === 404 || error.reason.includes('has dependent containers');
    if (!isLate) throw error;
  }
}
