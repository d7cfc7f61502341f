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
  const containers = await api.call<{ Id: string }[]>('GET', '/containers/json?all=1');
  await Promise.all(containers.map(({ Id }) => remove(api, `/containers/${Id}?force=1&v=1`)));

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

/** Gone already (by `--rm`, by the code under test) is as good. */
async function remove(api: EngineApi, path: string): Promise<void> {
  try {
    await api.call('DELETE', path);
  } catch (error) {
    const isGone = error instanceof EngineApiError && error.status === 404;
    if (!isGone) throw error;
  }
}
