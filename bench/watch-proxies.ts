import { runContainer, createContainer } from '../test/engine/containers.js';
import { createNetwork } from '../test/engine/networks.js';
import { EngineApiError } from '../test/engine/engine-errors.js';
import type { PrivateEngine } from '../test/engine/private-engine.js';
import { type FaultProxy, startFaultProxy } from '../test/support/fault-proxy.js';
import { Latency, seen } from './watch-samples.js';
import type { WatchScene } from './watch-scene.js';

export interface ProxyMeasures {
  readonly connect: Latency;
  /** Calls of one start of a routable container, by kind. */
  readonly calls: string;
}

const connecting = /^POST \/networks\/[^/]+\/connect$/;

/** `3 × GET /networks` of what has arrived, but for the events themselves. */
function kinds({ calls }: FaultProxy): string {
  const all = calls.filter(call => !call.endsWith('/events')).map(call => call.replace(/[0-9a-f]{64}/, 'ID'));
  return [...new Set(all)]
    .map(kind => `${String(all.filter(call => call === kind).length)} × ${kind}`)
    .join(', ');
}

async function connectSeen(proxy: FaultProxy): Promise<number> {
  const { value: at } = await seen('a connect', () => {
    const index = proxy.calls.findIndex(call => connecting.test(call));
    return index < 0 ? undefined : proxy.arrivedAt[index];
  });
  return at;
}

function forget(proxy: FaultProxy): void {
  proxy.calls.length = 0;
  proxy.arrivedAt.length = 0;
}

/** Fulfils when nothing is asked any more, for as long as passes leave between one another at most. */
async function quiet(proxy: FaultProxy): Promise<void> {
  let last = proxy.calls.length;
  let since = performance.now();
  await seen('quiet', () => {
    if (proxy.calls.length !== last) {
      last = proxy.calls.length;
      since = performance.now();
    }
    return performance.now() - since > 500 || undefined;
  });
}

/** Proxies, the sites for them, stopped, and their networks: once for Fairlead, once for the floor. */
export async function proxyScene({ engine }: WatchScene): Promise<void> {
  await createNetwork(engine, { name: 'edge' });
  await runContainer(engine, { name: 'http-proxy', network: 'edge' });
  const floorProxy = await runContainer(engine, { name: 'floor-proxy', network: 'edge' });
  await createNetwork(engine, { name: 'site' });
  const floorNetwork = await createNetwork(engine, { name: 'floor' });
  await createContainer(engine, { name: 'site', network: 'site', env: { VIRTUAL_HOST: 'site.test' } });
  await createContainer(engine, {
    name: 'floor-site',
    network: 'floor',
    labels: { 'floor.connect': `${floorNetwork} ${floorProxy}` },
  });
}

/** The watch itself may have had its proxy leave by now. */
async function leave(engine: PrivateEngine, network: string, joined: string): Promise<void> {
  try {
    await engine.api('POST', `/networks/${network}/disconnect`, { Container: joined });
  } catch (error) {
    if (!(error instanceof EngineApiError && error.reason.includes('is not connected'))) throw error;
  }
}

export async function measureProxies(
  scene: WatchScene,
  rounds: number,
  where: string,
): Promise<ProxyMeasures> {
  const { engine } = scene;
  await using watched = await startFaultProxy(engine.host);
  await using bare = await startFaultProxy(engine.host);
  const connect = new Latency(`start of a site → connect issued, ${where}`);
  let calls = '';
  await scene.watch('proxies: [{ container: http-proxy }]\n', watched.host);
  await scene.floor(bare.host.slice('unix://'.length));
  await seen('the first pass', () => watched.calls.includes('GET /networks') || undefined);
  await quiet(watched);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [proxy, site, joined, network] of [
      [watched, 'site', 'http-proxy', 'site'],
      [bare, 'floor-site', 'floor-proxy', 'floor'],
    ] as const) {
      forget(proxy);
      const started = await scene.start(site);
      const ms = (await connectSeen(proxy)) - started.atMs;
      await quiet(watched);
      if (proxy === watched) calls = kinds(watched);
      // The first one loads what is loaded late.
      if (round > 0) (proxy === watched ? connect.ms : connect.floorMs).push(ms);
      await scene.kill(site);
      await leave(engine, network, joined);
      await quiet(watched);
    }
  }
  await scene.end();
  return { connect, calls };
}
