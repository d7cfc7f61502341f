import { expect } from 'chai';
import { createContainer, runContainer } from '../engine/containers.js';
import { fetchPage } from '../engine/fetch-page.js';
import { createNetwork } from '../engine/networks.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { waitForPort } from '../engine/listening-ports.js';
import { releases } from '../engine/releases.js';
import { waitUntil } from '../engine/wait-until.js';
import { webApp } from '../engine/web-app.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { startClient } from './client.js';
import { addressOn } from './outside/probes.js';
import { addHostAddress, hostAddress, networksOf, startApp, startProxy } from './scene.js';
import { holdThrough, streamingApp, streamingSite } from './upstream.js';
import { type WatchDaemon, type WatchPlace, watchPlace } from './watch-daemon.js';

const proxies = 'proxies: [{ container: http-proxy }]\n';

for (const release of releases) {
  describe(`A proxy under watch on Engine ${release}`, () => {
    let engine: PrivateEngine;
    let place: WatchPlace;

    before(async () => {
      engine = await startEngine({ release });
      await addHostAddress(engine);
      place = await watchPlace(engine);
      await place.configure(proxies);
    });
    afterEach(() => place.reset());
    after(async () => {
      await place[Symbol.asyncDispose]();
      await engine.stop();
    });

    const post = (path: string, body?: unknown): Promise<unknown> => engine.api('POST', path, body);
    const remove = (path: string): Promise<unknown> => engine.api('DELETE', path);

    async function isOn(daemon: WatchDaemon, container: string, ...networks: string[]): Promise<void> {
      const wanted = [...networks].sort().join();
      await daemon.until(
        `${container} is on ${wanted}`,
        async () => (await networksOf(engine, container)).join() === wanted,
      );
    }

    async function page(app: string): Promise<string> {
      const headers = { Host: `${app}.local` };
      return (await fetchPage(engine, `http://${hostAddress}:8080/`, { headers })).body;
    }

    it('joins when its containers start, serves them, and leaves when the last has ended', async () => {
      await startProxy(engine, ['shop', 'zoo']);
      const daemon = await place.watch();
      const client = await startClient(engine, hostAddress, 8080, 'proxy.local');
      for (const app of ['shop', 'zoo']) {
        await startApp(engine, app);
        await isOn(
          daemon,
          'http-proxy',
          ...['shop_default', 'zoo_default'].slice(0, app === 'shop' ? 1 : 2),
          'proxy_default',
        );
        expect(await page(app)).to.equal(`hello from ${app}`);
      }
      await webApp(engine, {
        name: 'shop-2',
        network: 'shop_default',
        text: '2',
        env: { VIRTUAL_HOST: 'shop2.local' },
      });
      await post('/containers/shop-web/kill');
      await place.settled(daemon);
      expect(daemon.changes).not.to.include('disconnect http-proxy shop_default');
      await post('/containers/shop-2/kill');
      await isOn(daemon, 'http-proxy', 'proxy_default', 'zoo_default');
      await remove('/networks/shop_default');
      await remove('/containers/zoo-web?force=1');
      await isOn(daemon, 'http-proxy', 'proxy_default');
      const counts = await client.end();
      if (release === '28.5') expect(counts).to.deep.include({ heldBroken: 0, freshFailed: 0, errors: {} });
      expect(counts.fresh).to.be.above(20);
      await daemon.hasDone(
        'connect http-proxy shop_default',
        'connect http-proxy zoo_default',
        'disconnect http-proxy shop_default',
        'disconnect http-proxy zoo_default',
      );
      expect(await daemon.end()).to.equal(0);
    });

    it('keeps its home, and what nobody routes to or a person joined is left alone', async () => {
      await startProxy(engine, []);
      await createNetwork(engine, { name: 'mine' });
      await post('/networks/mine/connect', { Container: 'http-proxy' });
      const daemon = await place.watch();
      await createNetwork(engine, { name: 'other_default' });
      const oneOff = { 'com.docker.compose.oneoff': 'True' };
      const spec = { network: 'other_default' };
      await runContainer(engine, {
        ...spec,
        name: 'off',
        env: { VIRTUAL_HOST: 'off.local' },
        labels: { 'traefik.enable': 'FALSE' },
      });
      await runContainer(engine, {
        ...spec,
        name: 'once',
        env: { VIRTUAL_HOST: 'once.local' },
        labels: oneOff,
      });
      await runContainer(engine, { ...spec, name: 'empty', env: { VIRTUAL_HOST: '' } });
      await runContainer(engine, { name: 'hosted', network: 'host', env: { VIRTUAL_HOST: 'hosted.local' } });
      // What comes last is looked at last.
      await startApp(engine, 'shop');
      await isOn(daemon, 'http-proxy', 'mine', 'proxy_default', 'shop_default');
      await post('/containers/shop-web/pause');
      await place.settled(daemon);
      await post('/containers/shop-web/unpause');
      await remove('/containers/shop-web?force=1');
      await isOn(daemon, 'http-proxy', 'mine', 'proxy_default');
      await daemon.hasDone('connect http-proxy shop_default', 'disconnect http-proxy shop_default');
    });

    it('joins and leaves with a container that is attached and detached while it runs', async () => {
      await startProxy(engine, []);
      await startApp(engine, 'shop');
      const daemon = await place.watch();
      await createNetwork(engine, { name: 'late' });
      await post('/networks/late/connect', { Container: 'shop-web' });
      await isOn(daemon, 'http-proxy', 'late', 'proxy_default', 'shop_default');
      await post('/networks/late/disconnect', { Container: 'shop-web' });
      await isOn(daemon, 'http-proxy', 'proxy_default', 'shop_default');
    });

    it('does not come and go with a container in a crash loop', async () => {
      await startProxy(engine, []);
      const daemon = await place.watch();
      await createNetwork(engine, { name: 'loop_default' });
      const id = await runContainer(engine, {
        name: 'loop-web',
        network: 'loop_default',
        env: { VIRTUAL_HOST: 'loop.local' },
        command: ['sh', '-c', 'exit 1'],
        hostConfig: { RestartPolicy: { Name: 'always' } },
      });
      const restarts = async (): Promise<number> =>
        (await engine.api<{ RestartCount: number }>('GET', `/containers/${id}/json`)).RestartCount;
      await daemon.until('six restarts', async () => (await restarts()) >= 6, 40_000);
      await isOn(daemon, 'http-proxy', 'loop_default', 'proxy_default');
      await daemon.hasDone('connect http-proxy loop_default');
      await remove(`/containers/${id}?force=1`);
      await isOn(daemon, 'http-proxy', 'proxy_default');
    });

    it('is joined before it starts when it is made anew', async () => {
      const first = await startProxy(engine, []);
      await startApp(engine, 'shop');
      const daemon = await place.watch();
      await isOn(daemon, 'http-proxy', 'proxy_default', 'shop_default');
      await remove(`/containers/${first}?force=1`);
      await createContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
      await isOn(daemon, 'http-proxy', 'proxy_default', 'shop_default');
      await post('/containers/http-proxy/start');
      await place.settled(daemon);
      expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['proxy_default', 'shop_default']);
      expect(daemon.count('connect http-proxy shop_default')).to.equal(2);
      expect(daemon.count('disconnect http-proxy shop_default')).to.equal(0);
    });

    /** Networks by their IDs as the stopped proxy has them written down. */
    async function entries(): Promise<Record<string, string>> {
      const { NetworkSettings } = await engine.api<{
        NetworkSettings: { Networks: Record<string, { NetworkID: string }> };
      }>('GET', '/containers/http-proxy/json');
      const listed = Object.entries(NetworkSettings.Networks);
      return Object.fromEntries(listed.map(([name, { NetworkID }]) => [name, NetworkID]));
    }

    it('can start again after networks went, or were made anew, while it was stopped', async () => {
      await startProxy(engine, []);
      for (const app of ['blog', 'shop']) await startApp(engine, app);
      const daemon = await place.watch();
      await isOn(daemon, 'http-proxy', 'blog_default', 'proxy_default', 'shop_default');
      const before = await entries();
      await post('/containers/http-proxy/kill');
      for (const app of ['blog', 'shop']) {
        await remove(`/containers/${app}-web?force=1`);
        // 20.10 holds it for a moment after the last one on it has ended.
        await waitUntil(`${app}_default is removed`, () =>
          remove(`/networks/${app}_default`).then(
            () => true,
            () => false,
          ),
        );
      }
      await startApp(engine, 'blog');
      // What it would start with is gone: left alone for as long as it may be about to end.
      expect(await entries()).to.deep.equal(before);
      const { Id } = await engine.api<{ Id: string }>('GET', '/networks/blog_default');
      expect(before['blog_default']).not.to.equal(Id);
      await isOn(daemon, 'http-proxy', 'blog_default', 'proxy_default');
      await place.settled(daemon);
      await waitUntil('the proxy starts', () =>
        post('/containers/http-proxy/start').then(
          () => true,
          () => false,
        ),
      );
      await place.settled(daemon);
      expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['blog_default', 'proxy_default']);
    });

    if (release === '26.1') return;
    it('stays on a network whose application comes back while another join takes long', async () => {
      await startProxy(engine, [], 'a-home', streamingSite('shop'));
      await createNetwork(engine, { name: 'shop_default' });
      const shop = await streamingApp(engine, 'shop', 'shop_default');
      await using proxy = await startFaultProxy(engine.host);
      const daemon = await place.watch(proxy.host);
      await isOn(daemon, 'http-proxy', 'a-home', 'shop_default');
      const address = await addressOn(engine, 'http-proxy', 'a-home');

      let [listNow, joinNow] = [(): void => undefined, (): void => undefined];
      const list = new Promise<void>(resolve => (listNow = resolve));
      const join = new Promise<void>(resolve => (joinNow = resolve));
      const lists = /^GET \/containers\/json$/;
      const joins = /^POST \/networks\/\w+\/connect$/;
      proxy.inject({ on: lists, fault: { do: 'hold', until: list } });
      proxy.inject({ on: joins, fault: { do: 'hold', until: join } });
      await createNetwork(engine, { name: 'zoo_default' });
      await runContainer(engine, { name: 'zoo', network: 'zoo_default', env: { VIRTUAL_HOST: 'zoo.local' } });
      await daemon.until('a pass looks at the containers', () => proxy.pending(lists) > 0);
      await post(`/containers/${shop}/kill`);
      listNow();
      await daemon.until('it joins', () => proxy.pending(joins) > 0);
      await post(`/containers/${shop}/start`);
      await waitForPort(engine, shop, 80);
      const held = await holdThrough(engine, address, 'shop.local');
      joinNow();
      await isOn(daemon, 'http-proxy', 'a-home', 'shop_default', 'zoo_default');
      await place.settled(daemon);
      expect(await held.end()).to.equal('0 broken, 0 failed {}');
      await daemon.hasDone('connect http-proxy shop_default', 'connect http-proxy zoo_default');
      const steps = daemon.eventsOf('pass').flatMap(({ steps = [] }) => steps);
      expect(steps.filter(step => step.do === 'disconnect').map(({ outcome }) => outcome)).to.include(
        'skipped',
      );
    });

    if (release !== '28.5') return;
    it('connects nothing twice in a burst of starts, and looks no more often than it has to', async () => {
      await startProxy(engine, []);
      const networks = Array.from({ length: 10 }, (_, i) => `n${String(i)}_default`);
      for (const name of networks) await createNetwork(engine, { name });
      const ids: string[] = [];
      for (let i = 0; i < 50; i += 1) {
        const network = networks[i % networks.length] ?? '';
        ids.push(
          await createContainer(engine, {
            name: `app${String(i)}`,
            network,
            env: { VIRTUAL_HOST: `a${String(i)}` },
          }),
        );
      }
      const daemon = await place.watch();
      await Promise.all(ids.map(id => post(`/containers/${id}/start`)));
      await isOn(daemon, 'http-proxy', 'proxy_default', ...networks);
      await place.settled(daemon);
      const joins = networks.map(name => `connect http-proxy ${name}`);
      await daemon.hasDone(...joins);
      // Events: create, connect, start of each, and more. A pass for each of them would be 150.
      expect(daemon.eventsOf('pass').length).to.be.below(50);
      await Promise.all(ids.map(id => remove(`/containers/${id}?force=1`)));
      await isOn(daemon, 'http-proxy', 'proxy_default');
      await daemon.hasDone(...joins, ...networks.map(name => `disconnect http-proxy ${name}`));
    });
  });
}
