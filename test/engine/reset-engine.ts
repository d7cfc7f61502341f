import { setTimeout as delay } from 'node:timers/promises';
import type { EngineApi } from './engine-api.js';
import { EngineApiError } from './engine-errors.js';

const predefinedNetworks = new Set(['bridge', 'host', 'none']);

interface ListedNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly ConfigOnly: boolean;
}

/** Something to be removed: as messages name it, and as the API does. */
interface Removable {
  readonly what: string;
  readonly path: string;
}

/** Containers first, all at once: a network with somebody on it cannot be removed. */
export async function removeAllObjects(api: EngineApi, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  await removeAll(api, () => containers(api), deadline);
  // A config-only network goes after those that were made from it.
  for (const configOnly of [false, true]) await removeAll(api, () => networks(api, configOnly), deadline);
  await removeAll(api, () => volumes(api), deadline);
}

/**
 * What is refused is tried again for as long as there is time, for it is often over in a moment: the engine is about to
 * remove it by itself (`--rm`), starts it (a restart policy), or still holds its mounts or endpoints.
 */
async function removeAll(
  api: EngineApi,
  list: () => Promise<readonly Removable[]>,
  deadline: number,
): Promise<void> {
  let refusals: readonly string[] = [];
  for (let round = 0; ; round += 1) {
    const left = await list();
    if (left.length === 0) return;
    if (round > 0 && Date.now() > deadline) {
      const names = left.map(({ what }) => what).join(', ');
      throw new Error([`still there after all attempts to remove it: ${names}`, ...refusals].join('\n'));
    }
    if (round > 0) await delay(50);
    const answers = await Promise.all(left.map(each => refusalOf(api, each)));
    refusals = answers.filter(refusal => refusal !== undefined);
  }
}

/** The engine's words, or nothing where it is gone: removed, or not there any more. */
async function refusalOf(api: EngineApi, { what, path }: Removable): Promise<string | undefined> {
  try {
    await api.call('DELETE', path);
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineApiError)) throw error;
    return error.status === 404 ? undefined : `${what}: ${String(error.status)} ${error.reason}`;
  }
}

async function containers(api: EngineApi): Promise<readonly Removable[]> {
  const listed = await api.call<{ Id: string; Names: string[] | null; State: string }[]>(
    'GET',
    '/containers/json?all=1',
  );
  return listed.map(({ Id, Names, State }) => ({
    what: `container ${Names?.[0]?.slice(1) ?? Id} (${State})`,
    path: `/containers/${Id}?force=1&v=1`,
  }));
}

async function networks(api: EngineApi, configOnly: boolean): Promise<readonly Removable[]> {
  const listed = await api.call<ListedNetwork[]>('GET', '/networks');
  return listed
    .filter(({ Name, ConfigOnly }) => !predefinedNetworks.has(Name) && ConfigOnly === configOnly)
    .map(({ Id, Name }) => ({ what: `network ${Name}`, path: `/networks/${Id}` }));
}

async function volumes(api: EngineApi): Promise<readonly Removable[]> {
  const { Volumes } = await api.call<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
  return (Volumes ?? []).map(({ Name }) => ({
    what: `volume ${Name}`,
    path: `/volumes/${encodeURIComponent(Name)}?force=1`,
  }));
}
