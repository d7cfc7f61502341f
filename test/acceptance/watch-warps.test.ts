import { expect } from 'chai';
import { startFaultProxy } from '../support/fault-proxy.js';
import { runContainer } from '../engine/containers.js';
import { type PrivateEngine } from '../engine/private-engine.js';
import { releases } from '../engine/releases.js';
import { createBridge, gatewayReady } from './outside/gateways.js';
import { containerState, hostState, pidOf } from './outside/namespace-state.js';
import { outsideAddress } from './outside/outside.js';
import { addressOn } from './outside/probes.js';
import { startSender } from './outside/sender.js';
import { startTarget } from './outside/targets.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';
import { type WatchDaemon, type WatchPlace, watchPlace } from './watch-daemon.js';

// The warp's own side is set up by the watch: an image that does it after its start lets the first packets out as they are.
const nat = 'warp: { nat: true }\n';
const guarded = `networks:\n  work: { external: true, egress: warp }\n${nat}`;
const label = { 'fairlead.warp': 'vpn' };
const sink = outsideAddress(77);
/** Of the gateway, and of the one that comes after it. */
const addresses = ['172.30.0.100', '172.30.0.101'] as const;

for (const release of releases) {
  describe(`Warps under watch on Engine ${release}`, () => {
    let scene: WarpScene;
    let engine: PrivateEngine;
    let place: WatchPlace;

    before(async () => {
      scene = await startWarpScene(release);
      ({ engine } = scene);
      place = await watchPlace(engine);
      await place.configure(guarded);
    });
    beforeEach(async () => {
      await scene.networks();
      await scene.gateway('vpn', { nat: false, address: addresses[0] });
      await countPast();
    });
    afterEach(async () => {
      await place.reset();
      await place.run('warp', 'unroute', '--guard');
      await scene.reset();
    });
    after(async () => {
      await place[Symbol.asyncDispose]();
      await scene[Symbol.asyncDispose]();
    });

    const post = (path: string): Promise<unknown> => engine.api('POST', path);
    const way = (target: string): Promise<string> => scene.wayOf(target, ['vpn']);
    const goes = (daemon: WatchDaemon, target: string, by: string): Promise<void> =>
      daemon.until(`${target} goes by ${by}`, async () => (await way(target)) === by);

    /** More packets have come through a warp than until now. */
    async function flows(daemon: WatchDaemon): Promise<void> {
      const before = await scene.outside.ways({ destination: sink });
      await daemon.until('packets come through the warp', async () => {
        return (await scene.outside.ways({ destination: sink })).warp > before.warp + 10;
      });
    }

    /** Counts what leaves the work network for the sink other than by a warp; a guard has dropped its part before. */
    async function countPast(): Promise<void> {
      const { Id } = await engine.api<{ Id: string }>('GET', '/networks/work');
      await engine.exec('nft', ['-f', '-'], {
        input: `
          add table inet past
          delete table inet past
          table inet past {
            counter gone_past { }
            chain forward {
              type filter hook forward priority 10
              iifname "br-${Id.slice(0, 12)}" oifname "uplink" ip daddr ${sink} ip saddr != { ${addresses.join(', ')} } counter name gone_past
            }
          }
        `,
      });
    }

    async function nonePast(): Promise<void> {
      expect((await scene.outside.ways({ destination: sink })).warp).to.be.above(0);
      const listing = await engine.exec('nft', ['list', 'counter', 'inet', 'past', 'gone_past']);
      expect(listing).to.match(/packets 0 /);
    }

    it('a gateway that is killed, restarted and made anew elsewhere: never a packet past it', async () => {
      const targets = ['app1', 'app2', 'app3'];
      for (const name of targets) await startTarget(engine, { name, network: 'work', labels: label });
      await createBridge(engine, { name: 'plain' });
      await startTarget(engine, { name: 'free', network: 'plain' });
      const untouched = await containerState(engine, 'free');
      const daemon = await place.watch();
      await place.settled(daemon);
      await startSender(engine, { name: 'sender', network: 'work', labels: label, to: sink });
      await flows(daemon);
      const pids = await Promise.all(targets.map(name => pidOf(engine, name)));

      await post('/containers/vpn/kill');
      await daemon.until('app1 has no way out', async () => (await way('app1')) === 'No route to host');
      await post('/containers/vpn/start');
      await gatewayReady(engine, 'vpn');
      for (const name of targets) await goes(daemon, name, 'vpn');

      await engine.api('DELETE', '/containers/vpn?force=1');
      // A stranger has the address by then, so that the gateway gets another one.
      await engine.docker(
        'run',
        '-d',
        '--name',
        'stranger',
        '--network',
        'work',
        '--ip',
        addresses[0],
        'fairlead-test/network',
      );
      await scene.gateway('vpn', { nat: false, address: addresses[1] });
      expect(await addressOn(engine, 'vpn', 'work')).to.equal(addresses[1]);
      for (const name of targets) await goes(daemon, name, 'vpn');
      await flows(daemon);
      expect(await Promise.all(targets.map(name => pidOf(engine, name)))).to.deep.equal(pids);

      await post('/containers/vpn/restart?t=1');
      await gatewayReady(engine, 'vpn');
      for (const name of targets) await goes(daemon, name, 'vpn');
      await place.settled(daemon);
      await nonePast();
      expect(await containerState(engine, 'free')).to.deep.equal(untouched);
      expect(await way('free')).to.equal('direct');
      expect(daemon.log).not.to.include('MaxListenersExceededWarning');
    });

    it('a target that is restarted, on another network, or left, goes by its gateway or nowhere', async () => {
      const daemon = await place.watch();
      await startSender(engine, { name: 'sender', network: 'work', labels: label, to: sink });
      await flows(daemon);
      await startTarget(engine, { name: 'app', network: 'work', labels: label });
      await goes(daemon, 'app', 'vpn');
      await post('/containers/app/restart?t=1');
      await goes(daemon, 'app', 'vpn');
      // Sorts before its first network: the engine's own default route moves there.
      await createBridge(engine, { name: 'aaa' });
      await engine.docker('network', 'connect', 'aaa', 'app');
      await place.settled(daemon);
      expect(await way('app')).to.equal('vpn');
      await engine.docker('network', 'disconnect', 'work', 'app');
      await daemon.until('it has no way out', async () => (await way('app')) === 'No route to host');
      await engine.docker('network', 'connect', 'work', 'app');
      await goes(daemon, 'app', 'vpn');
      await engine.docker('network', 'disconnect', 'aaa', 'app');
      await place.settled(daemon);
      expect(await way('app')).to.equal('vpn');
      await nonePast();
    });

    it('a watch that is killed leaves all closed, and the next one takes it up', async () => {
      const first = await place.watch();
      await startSender(engine, { name: 'sender', network: 'work', labels: label, to: sink });
      await startTarget(engine, { name: 'app', network: 'work', labels: label });
      await flows(first);
      await goes(first, 'app', 'vpn');
      const [app, host] = [await containerState(engine, 'app'), await hostState(engine)];
      expect(await first.end('SIGKILL')).to.equal('SIGKILL');
      expect(await containerState(engine, 'app')).to.deep.equal(app);
      expect(await hostState(engine)).to.deep.equal(host);
      // Without a watch: a target starts, another one starts anew, and the gateway moves.
      await startSender(engine, { name: 'sender2', network: 'work', labels: label, to: sink });
      await post('/containers/app/restart?t=1');
      expect(await way('app')).to.equal('Connection timed out');
      await engine.api('DELETE', '/containers/vpn?force=1');
      await engine.docker(
        'run',
        '-d',
        '--name',
        'stranger',
        '--network',
        'work',
        '--ip',
        addresses[0],
        'fairlead-test/network',
      );
      await scene.gateway('vpn', { nat: false, address: addresses[1] });
      const second = await place.watch();
      await goes(second, 'app', 'vpn');
      await flows(second);
      await place.settled(second);
      await nonePast();
    });

    it('events that are lost: the next one, or the next look, finds all targets', async () => {
      await using proxy = await startFaultProxy(engine.host);
      // None of a container gets through; those of networks do.
      proxy.inject({
        on: /^GET \/events$/,
        fault: { do: 'lines', change: line => (line.includes('"Type":"container"') ? [] : [line]) },
      });
      const daemon = await place.watch(proxy.host);
      const names = Array.from({ length: 5 }, (_, i) => `lost${String(i)}`);
      for (const name of names) await startTarget(engine, { name, network: 'work', labels: label });
      await startSender(engine, { name: 'sender', network: 'work', labels: label, to: sink });
      await post('/containers/vpn/restart?t=1');
      await gatewayReady(engine, 'vpn');
      proxy.heal();
      proxy.cut(/^GET \/events$/);
      for (const name of names) await goes(daemon, name, 'vpn');
      await place.settled(daemon);
      await nonePast();
    });

    it('refuses what is on the host’s network, and changes nothing there', async () => {
      await place.configure(`networks: { work: { external: true } }\n${nat}`);
      const before = await hostState(engine);
      const daemon = await place.watch();
      await runContainer(engine, { name: 'hosted', network: 'host', labels: label });
      await startTarget(engine, { name: 'app', network: 'work', labels: label });
      await goes(daemon, 'app', 'vpn');
      // Some of nft's is the engine's own, for the address of each container.
      const { rules, routes, nft } = await hostState(engine);
      expect({ rules, routes }).to.deep.equal({ rules: before.rules, routes: before.routes });
      expect(nft).not.to.include('fairlead');
      expect(daemon.log).to.match(/refused hosted/);
      await place.configure(guarded);
    });
  });
}
