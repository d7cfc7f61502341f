import { expect } from 'chai';
import { startFaultProxy } from '../support/fault-proxy.js';
import { createContainer, runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { releases } from '../engine/releases.js';
import { faultConfig } from './fault-scene.js';
import { networksOf } from './scene.js';
import { type WatchDaemon, type WatchPlace, watchPlace } from './watch-daemon.js';

const always = { hostConfig: { RestartPolicy: { Name: 'always' } } };
const events = /^GET \/events$/;

async function bridgeId(engine: PrivateEngine): Promise<string> {
  return (await engine.api<{ Id: string }>('GET', '/networks/bridge')).Id;
}

for (const release of releases) {
  describe(`An engine that goes and returns under watch: Engine ${release}`, () => {
    let engine: PrivateEngine;
    let place: WatchPlace;

    before(async () => {
      engine = await startEngine({ release });
      place = await watchPlace(engine);
    });
    afterEach(() => place.reset());
    after(async () => {
      await place[Symbol.asyncDispose]();
      await engine.stop();
    });

    const isOn = (daemon: WatchDaemon, container: string, ...networks: string[]): Promise<void> =>
      daemon.until(
        `${container} is on ${networks.join()}`,
        async () =>
          (await networksOf(engine, container).catch(() => [])).join() === [...networks].sort().join(),
      );

    const home = ['blog_default', 'proxy_default', 'shop_default'];

    async function furnish(): Promise<WatchDaemon> {
      await place.configure(faultConfig);
      await createNetwork(engine, { name: 'proxy_default' });
      await runContainer(engine, { name: 'http-proxy', network: 'proxy_default', ...always });
      for (const app of ['blog', 'shop']) {
        await createNetwork(engine, { name: `${app}_default` });
        const env = { VIRTUAL_HOST: `${app}.local` };
        await runContainer(engine, { name: app, network: `${app}_default`, env, ...always });
      }
      await runContainer(engine, { name: 'api', network: 'bridge', labels: { tier: 'x' }, ...always });
      await runContainer(engine, { name: 'stranger', network: 'bridge', ...always });
      const daemon = await place.watch();
      await isOn(daemon, 'http-proxy', ...home);
      await isOn(daemon, 'api', 'bridge', 'shared');
      await daemon.hasDone(
        'create-network shared',
        'connect api shared',
        ...['blog', 'shop'].map(app => `connect http-proxy ${app}_default`),
      );
      return daemon;
    }

    /** The engine goes away and comes back, and then somebody starts an application that the proxy is to join. */
    async function comesBack(
      daemon: WatchDaemon,
      away: () => Promise<void>,
      app = 'new',
      joined: readonly string[] = home,
    ): Promise<void> {
      const [before, done] = [await bridgeId(engine), daemon.changes];
      const times = (event: string): number => daemon.eventsOf(event).length;
      const [losses, connections] = [times('lost'), times('connected')];
      await away();
      await daemon.until('it has lost the engine', () => times('lost') > losses);
      await engine.start();
      expect(await bridgeId(engine)).not.to.equal(before);
      await daemon.until('it follows the engine again', () => times('connected') > connections);
      await place.settled(daemon);
      await isOn(daemon, 'http-proxy', ...joined);
      expect(await networksOf(engine, 'stranger')).to.deep.equal(['bridge']);
      // The containers of an engine that goes, and one that comes back, are nobody's end.
      expect(daemon.changes).to.deep.equal(done);
      // It goes on as before.
      const network = `${app}_default`;
      await createNetwork(engine, { name: network });
      await runContainer(engine, { name: app, network, env: { VIRTUAL_HOST: app }, ...always });
      await isOn(daemon, 'http-proxy', ...joined, network);
      await daemon.until('it has said so', () => daemon.count(`connect http-proxy ${network}`) === 1);
    }

    it('is stopped with its containers, which come back one by one: nothing is left meanwhile', async () => {
      const daemon = await furnish();
      await comesBack(daemon, () => engine.restart());
    });

    it('dies on the spot, and its containers with the next start: nothing is left meanwhile', async () => {
      const daemon = await furnish();
      await comesBack(daemon, () => engine.kill());
    });

    it('is out of sight while 50 containers start', async () => {
      await place.configure(faultConfig);
      await createNetwork(engine, { name: 'proxy_default' });
      await runContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
      const ids: string[] = [];
      for (let i = 0; i < 50; i += 1) {
        ids.push(await createContainer(engine, { name: `t${String(i)}`, labels: { tier: 'x' } }));
      }
      await createNetwork(engine, { name: 'late_default' });
      const late = await createContainer(engine, {
        name: 'late',
        network: 'late_default',
        env: { VIRTUAL_HOST: 'late' },
      });
      await using proxy = await startFaultProxy(engine.host);
      const daemon = await place.watch(proxy.host);
      await place.settled(daemon);
      await proxy.down();
      // More than the 256 events the engine remembers.
      await Promise.all([...ids, late].map(id => engine.api('POST', `/containers/${id}/start`)));
      for (let i = 0; i < 150; i += 1) {
        await engine.api('POST', '/containers/t0/rename?name=turned');
        await engine.api('POST', '/containers/turned/rename?name=t0');
      }
      const more = await runContainer(engine, { name: 'more', labels: { tier: 'x' } });
      await proxy.up();
      await isOn(daemon, more, 'bridge', 'shared');
      await isOn(daemon, 'http-proxy', 'late_default', 'proxy_default');
      await place.settled(daemon);
    });

    it('tells 2,000 events in a burst: all are read, few passes are made, and the last one counts', async () => {
      await place.configure(faultConfig);
      await createNetwork(engine, { name: 'proxy_default' });
      await runContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
      await runContainer(engine, { name: 'bob', labels: {} });
      await using proxy = await startFaultProxy(engine.host);
      const daemon = await place.watch(proxy.host);
      await place.settled(daemon);
      const [before, streams] = [daemon.eventsOf('pass').length, proxy.count(events)];
      const began = Date.now();
      for (let i = 0; i < 1000; i += 1) {
        await engine.api('POST', '/containers/bob/rename?name=bobby');
        await engine.api('POST', '/containers/bobby/rename?name=bob');
      }
      const seconds = (Date.now() - began) / 1000;
      await createNetwork(engine, { name: 'last_default' });
      await runContainer(engine, { name: 'last', network: 'last_default', env: { VIRTUAL_HOST: 'last' } });
      await isOn(daemon, 'http-proxy', 'last_default', 'proxy_default');
      await place.settled(daemon);
      const passes = daemon.eventsOf('pass').length - before;
      console.log(`      ${release}: 2,000 events in ${seconds.toFixed(1)} s: ${String(passes)} passes`);
      expect(passes).to.be.below(400);
      expect(proxy.count(events)).to.equal(streams);
      await daemon.hasDone('create-network shared', 'connect http-proxy last_default');
    });

    // The last one: the engine is another one afterwards.
    if (release === '20.10')
      it('is upgraded to 26.1, and that to 28.5: nothing is left meanwhile, and joins are as the new one has them', async () => {
        const daemon = await furnish();
        const priorityOn = async (network: string): Promise<number | undefined> => {
          const { NetworkSettings } = await engine.api<{
            NetworkSettings: { Networks: Record<string, { GwPriority?: number }> };
          }>('GET', '/containers/http-proxy/json');
          return NetworkSettings.Networks[network]?.GwPriority;
        };
        const moves = (app: string): boolean =>
          daemon.log.includes(`joining ${app}_default moves its default route`);
        await comesBack(daemon, () => engine.upgrade('26.1'), 'able');
        expect(engine.version).to.match(/^26\.1\./);
        expect(moves('able')).to.equal(true);
        await comesBack(daemon, () => engine.upgrade('28.5'), 'aaron', [...home, 'able_default']);
        expect(engine.version).to.match(/^28\.5\./);
        expect(moves('aaron')).to.equal(false);
        expect({
          able: await priorityOn('able_default'),
          aaron: await priorityOn('aaron_default'),
        }).to.deep.equal({ able: 0, aaron: -1 });
        expect(await daemon.end()).to.equal(0);
      });
  });
}
