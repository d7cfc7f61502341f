import { expect } from 'chai';
import type { EngineApi, Method } from './engine-api.js';
import { EngineApiError } from './engine-errors.js';
import { removeAllObjects } from './reset-engine.js';

/** An engine with one container and one network, which refuses to remove each of them so many times. */
function reluctant(refusals: Readonly<Record<string, { times: number; status: number; reason: string }>>): {
  readonly api: EngineApi;
  readonly left: Set<string>;
} {
  const left = new Set(['containers/app', 'networks/web']);
  const refused: Record<string, number> = {};
  const answer = (method: Method, path: string): unknown => {
    const key = path.slice(1).replace(/\?.*/, '');
    if (method === 'DELETE') {
      const refusal = refusals[key];
      refused[key] = (refused[key] ?? 0) + 1;
      if (refusal && refused[key] <= refusal.times) {
        throw new EngineApiError(`DELETE ${path}`, refusal.status, refusal.reason);
      }
      left.delete(key);
      return undefined;
    }
    if (path === '/volumes') return { Volumes: null };
    if (path === '/networks') {
      return left.has('networks/web') ? [{ Id: 'web', Name: 'web', ConfigOnly: false }] : [];
    }
    return left.has('containers/app') ? [{ Id: 'app', Names: ['/app'], State: 'removing' }] : [];
  };
  const api = {
    call: async (method: Method, path: string) => Promise.resolve().then(() => answer(method, path)),
  };
  return { api: api as EngineApi, left };
}

const underWay = { status: 409, reason: 'removal of container app is already in progress' };
const inUse = { status: 403, reason: 'network web has active endpoints' };

describe('The reset of an engine', () => {
  it('tries again what is refused, until all of it is gone', async () => {
    const { api, left } = reluctant({
      'containers/app': { times: 2, ...underWay },
      'networks/web': { times: 1, ...inUse },
    });
    await removeAllObjects(api);
    expect([...left]).to.deep.equal([]);
  });

  it('ends with what is left, in the engine’s words, where it goes on being refused', async () => {
    const { api } = reluctant({ 'containers/app': { times: Infinity, ...underWay } });
    const error = await removeAllObjects(api, 0).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect((error as Error).message).to.equal(
      'still there after all attempts to remove it: container app (removing)\n' +
        'container app (removing): 409 removal of container app is already in progress',
    );
  });
});
