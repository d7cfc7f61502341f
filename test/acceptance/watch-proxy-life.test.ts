import { expect } from 'chai';
import { createContainer, putFiles, runContainer } from '../engine/containers.js';
import { execInContainer } from '../engine/container-commands.js';
import { fetchPage } from '../engine/fetch-page.js';
import { createNetwork } from '../engine/networks.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { baseImage, baseImageName } from '../engine/base-image.js';
import { startClient } from './client.js';
import { addHostAddress, hostAddress, networksOf, startApp, startProxy } from './scene.js';
import { type WatchDaemon, type WatchPlace, watchPlace } from './watch-daemon.js';

const proxies = (more = ''): string => `proxies: [{ container: http-proxy${more} }]\n`;

async function isOn(
  engine: PrivateEngine,
  daemon: WatchDaemon,
  container: string,
  ...networks: string[]
): Promise<void> {
  const wanted = [...networks].sort().join();
  await daemon.until(
    `${container} is on ${wanted}`,
    async () => (await networksOf(engine, container)).join() === wanted,
    40_000,
  );
}

/** Notes of the steps that were planned and left undone. */
function skippedOf(daemon: WatchDaemon): string[] {
  return daemon
    .eventsOf('pass')
    .flatMap(({ steps = [] }) => steps)
    .filter(({ outcome }) => outcome === 'skipped')
    .map(step => JSON.stringify(step));
}

describe('Clients of a proxy under watch whose joins move its published ports, on Engine 20.10', () => {
  let engine: PrivateEngine;
  let place: WatchPlace;

  before(async () => {
    engine = await startEngine({ release: '20.10' });
    await addHostAddress(engine);
    place = await watchPlace(engine);
    await place.configure(proxies());
  });
  afterEach(() => place.reset());
  after(async () => {
    await place[Symbol.asyncDispose]();
    await engine.stop();
  });

  const post = (path: string): Promise<unknown> => engine.api('POST', path);

  it('lose nothing when an application is restarted, and are cut some seconds after it has ended for good', async () => {
    await startProxy(engine, ['a1']);
    await startApp(engine, 'a1');
    const daemon = await place.watch();
    await isOn(engine, daemon, 'http-proxy', 'a1_default', 'proxy_default');
    const client = await startClient(engine, hostAddress, 8080, 'proxy.local');
    for (let restart = 0; restart < 3; restart += 1) {
      await post('/containers/a1-web/restart?t=0');
      await place.settled(daemon);
    }
    expect(await client.end()).to.deep.include({ heldBroken: 0, freshFailed: 0, errors: {} });
    expect(daemon.changes).to.deep.equal(['connect http-proxy a1_default']);

    await post('/containers/a1-web/kill');
    await daemon.until('it waits', () =>
      skippedOf(daemon).some(step => step.includes('may be back in a moment')),
    );
    expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['a1_default', 'proxy_default']);
    await isOn(engine, daemon, 'http-proxy', 'proxy_default');
    await daemon.hasDone('connect http-proxy a1_default', 'disconnect http-proxy a1_default');
  });

  it('are not waited for where the application was removed', async () => {
    await startProxy(engine, ['a1']);
    await startApp(engine, 'a1');
    const daemon = await place.watch();
    await isOn(engine, daemon, 'http-proxy', 'a1_default', 'proxy_default');
    await engine.api('DELETE', '/containers/a1-web?force=1');
    await isOn(engine, daemon, 'http-proxy', 'proxy_default');
    // The time it would have waited for is far from over.
    const passes = daemon.eventsOf('pass');
    expect(passes.flatMap(({ causes = [] }) => causes)).not.to.include('a leave was put off until now');
  });
});

describe('A proxy’s life under watch on Engine 28.5', () => {
  let engine: PrivateEngine;
  let place: WatchPlace;

  before(async () => {
    engine = await startEngine({ release: '28.5' });
    await addHostAddress(engine);
    place = await watchPlace(engine);
  });
  beforeEach(() => place.configure(proxies()));
  afterEach(() => place.reset());
  after(async () => {
    await place[Symbol.asyncDispose]();
    await engine.stop();
  });

  const post = (path: string, body?: unknown): Promise<unknown> => engine.api('POST', path, body);

  async function page(app: string): Promise<string> {
    const headers = { Host: `${app}.local` };
    return (await fetchPage(engine, `http://${hostAddress}:8080/`, { headers })).body;
  }

  it('goes on over its own restarts at home and where it joined, with its ports', async () => {
    await startProxy(engine, ['shop']);
    await startApp(engine, 'shop');
    const daemon = await place.watch();
    await isOn(engine, daemon, 'http-proxy', 'proxy_default', 'shop_default');
    for (let restart = 0; restart < 3; restart += 1) {
      await post('/containers/http-proxy/restart?t=0');
      await daemon.until('its ports answer', () =>
        page('shop').then(
          text => text === 'hello from shop',
          () => false,
        ),
      );
      await place.settled(daemon);
    }
    // All else ends, and then it is restarted: its home alone is left to it, and its own page.
    await engine.api('DELETE', '/containers/shop-web?force=1');
    await isOn(engine, daemon, 'http-proxy', 'proxy_default');
    await post('/containers/http-proxy/restart?t=0');
    await daemon.until('its ports answer', () =>
      page('proxy').then(
        text => text === 'proxy\n',
        () => false,
      ),
    );
    await place.settled(daemon);
    await daemon.hasDone('connect http-proxy shop_default', 'disconnect http-proxy shop_default');
  });

  it('is left alone in a restart loop, and joined once it is out of it', async () => {
    await createNetwork(engine, { name: 'proxy_default' });
    await startApp(engine, 'shop');
    const id = await createContainer(engine, {
      name: 'http-proxy',
      network: 'proxy_default',
      command: ['sh', '-c', 'test -e /tmp/ready && exec sleep 1000000'],
      hostConfig: { RestartPolicy: { Name: 'always' } },
    });
    await post(`/containers/${id}/start`);
    const state = (): Promise<{ RestartCount: number; State: { Restarting: boolean; Pid: number } }> =>
      engine.api('GET', `/containers/${id}/json`);
    const daemon = await place.watch();
    await daemon.until('more restarts', async () => (await state()).RestartCount >= 4);
    await putFiles(engine, id, { '/tmp/ready': '' });
    await isOn(engine, daemon, 'http-proxy', 'proxy_default', 'shop_default');
    await place.settled(daemon);
    expect((await state()).State.Pid).to.be.above(0);
    expect(daemon.changes).not.to.include('disconnect http-proxy proxy_default');
    expect(daemon.isRunning).to.equal(true);
  });

  it('is each proxy’s own where there are several', async () => {
    for (const name of ['edge', 'inner']) {
      await createNetwork(engine, { name: `${name}_default` });
      await runContainer(engine, { name: `${name}-proxy`, network: `${name}_default` });
    }
    await place.configure(
      'proxies: [{ container: edge-proxy, preset: traefik }, { container: inner-proxy, preset: nginx-proxy }]\n',
    );
    const daemon = await place.watch();
    for (const app of ['by-label', 'by-variable', 'by-both']) {
      await createNetwork(engine, { name: app });
      await runContainer(engine, {
        name: `${app}-web`,
        network: app,
        ...(app !== 'by-variable' && { labels: { 'traefik.enable': 'true' } }),
        ...(app !== 'by-label' && { env: { VIRTUAL_HOST: `${app}.local` } }),
      });
    }
    await isOn(engine, daemon, 'edge-proxy', 'edge_default', 'by-label', 'by-both');
    await isOn(engine, daemon, 'inner-proxy', 'inner_default', 'by-variable', 'by-both');
    await engine.api('DELETE', '/containers/by-both-web?force=1');
    await isOn(engine, daemon, 'edge-proxy', 'edge_default', 'by-label');
    await isOn(engine, daemon, 'inner-proxy', 'inner_default', 'by-variable');
    await daemon.hasDone(
      ...['edge-proxy by-label', 'edge-proxy by-both', 'inner-proxy by-variable', 'inner-proxy by-both'].map(
        pair => `connect ${pair}`,
      ),
      'disconnect edge-proxy by-both',
      'disconnect inner-proxy by-both',
    );
  });

  it('joins with health: healthy when a health check says so, and stays when it no longer does', async () => {
    await startProxy(engine, []);
    await place.configure(proxies(', health: healthy'));
    await createNetwork(engine, { name: 'shop_default' });
    await baseImage(engine);
    await post('/containers/create?name=shop-web', {
      Image: baseImageName,
      Cmd: ['sleep', '1000000'],
      Env: ['VIRTUAL_HOST=shop.local'],
      Healthcheck: { Test: ['CMD', 'test', '-e', '/tmp/well'], Interval: 200_000_000, Retries: 1 },
      HostConfig: { NetworkMode: 'shop_default', Init: true },
    });
    const daemon = await place.watch();
    await post('/containers/shop-web/start');
    const isSaid = (health: string) => async (): Promise<boolean> => {
      const { State } = await engine.api<{ State: { Health: { Status: string } } }>(
        'GET',
        '/containers/shop-web/json',
      );
      return State.Health.Status === health;
    };
    await daemon.until('it is said to be unhealthy', isSaid('unhealthy'));
    await place.settled(daemon);
    expect(daemon.changes).to.deep.equal([]);
    await putFiles(engine, 'shop-web', { '/tmp/well': '' });
    await isOn(engine, daemon, 'http-proxy', 'proxy_default', 'shop_default');
    await execInContainer(engine, 'shop-web', ['rm', '/tmp/well']);
    await daemon.until('it is said to be unhealthy again', isSaid('unhealthy'));
    await place.settled(daemon);
    await daemon.hasDone('connect http-proxy shop_default');
  });

  it('skips with on_gateway_move: skip what would cut its clients, and does all else', async () => {
    await startProxy(engine, []);
    await place.configure(proxies(', on_gateway_move: skip'));
    const daemon = await place.watch();
    const client = await startClient(engine, hostAddress, 8080, 'proxy.local');
    // A network of both families comes before any priority until 29.4.1.
    await post('/networks/create', {
      Name: 'both_default',
      EnableIPv6: true,
      IPAM: { Config: [{ Subnet: '10.95.0.0/24' }, { Subnet: 'fd00:95::/64' }] },
    });
    await runContainer(engine, {
      name: 'both-web',
      network: 'both_default',
      env: { VIRTUAL_HOST: 'both.local' },
    });
    await startApp(engine, 'a1');
    await isOn(engine, daemon, 'http-proxy', 'a1_default', 'proxy_default');
    await engine.api('DELETE', '/containers/a1-web?force=1');
    await isOn(engine, daemon, 'http-proxy', 'proxy_default');
    expect(await client.end()).to.deep.include({ heldBroken: 0, freshFailed: 0, errors: {} });
    await daemon.hasDone('connect http-proxy a1_default', 'disconnect http-proxy a1_default');
    const plan = await place.run('plan');
    expect(plan.stdout).to.include('joining it would move its default route and published ports');
  });
});
