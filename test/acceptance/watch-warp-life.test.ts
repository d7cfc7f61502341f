import { expect } from 'chai';
import { execInContainer } from '../engine/container-commands.js';
import type { PrivateEngine } from '../engine/private-engine.js';
import { releases } from '../engine/releases.js';
import { isWarps } from './outside/counters.js';
import { type GatewaySpec, createBridge, gatewayReady } from './outside/gateways.js';
import { containerState } from './outside/namespace-state.js';
import { outsideAddress, outsideAddress6 } from './outside/outside.js';
import { countPast, pastOf, triesAgain, viaOf } from './outside/past.js';
import { pings, seenAs } from './outside/probes.js';
import { repeated } from './outside/repeats.js';
import { startSender } from './outside/sender.js';
import { startTarget } from './outside/targets.js';
import { endTunnel, startTunnelServer, tunnelAddress } from './outside/tunnel.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';
import { type WatchDaemon, type WatchPlace, watchPlace } from './watch-daemon.js';

type WarpSketch = Pick<GatewaySpec, 'name'> & Partial<GatewaySpec>;

const closed = 'No route to host';
const sink = outsideAddress(80);
/** With no guard there is nobody to hold anything back. */
const none = { byWarps: 0, tried: 0, gone: 0 } as const;
const label = { 'fairlead.warp': 'vpn' };

/** A config for networks that are there, guarded or not. */
function configOf(networks: readonly string[], guard: boolean, more = ''): string {
  const lines = networks.map(name => `  ${name}: { external: true${guard ? ', egress: warp' : ''} }\n`);
  return `networks:\n${lines.join('')}${more}`;
}

const guardedWithNat = configOf(['work'], true, 'warp: { nat: true }\n');

for (const release of releases) {
  describe(`Lives of warps and targets under watch on Engine ${release}`, () => {
    let scene: WarpScene;
    let engine: PrivateEngine;
    let place: WatchPlace;

    before(async () => {
      scene = await startWarpScene(release);
      ({ engine } = scene);
      place = await watchPlace(engine);
    });
    afterEach(async () => {
      await place.reset();
      await engine.exec('nft', ['-f', '-'], {
        input: ['fairlead', 'past']
          .map(table => `add table inet ${table}\ndelete table inet ${table}\n`)
          .join(''),
      });
      await scene.outside.forget();
    });
    after(async () => {
      await place[Symbol.asyncDispose]();
      await scene[Symbol.asyncDispose]();
    });

    const post = (path: string): Promise<unknown> => engine.api('POST', path);

    /** A warp that is killed, and one that its image has set up again. */
    const kill = (warp: string): Promise<unknown> => post(`/containers/${warp}/kill`);
    async function again(warp: string, how: 'start' | 'restart?t=0'): Promise<void> {
      await post(`/containers/${warp}/${how}`);
      await gatewayReady(engine, warp);
    }

    /** A watch, and warps that start beside it. */
    async function watchWith(config: string, ...warps: readonly WarpSketch[]): Promise<WatchDaemon> {
      await place.configure(config);
      const started = warps.map(({ name, ...spec }) => scene.gateway(name, spec));
      const [daemon] = await Promise.all([place.watch(), ...started]);
      return daemon;
    }

    /** By a signal: what takes something back has to wait otherwise until the file has been still for a while. */
    async function reconfigure(daemon: WatchDaemon, config: string): Promise<void> {
      await place.configure(config);
      daemon.child.kill('SIGHUP');
    }

    /** How many packets to each of these addresses have come through a warp. */
    async function through(destinations: readonly string[]): Promise<number[]> {
      const arrivals = await scene.outside.arrivals();
      return destinations.map(to =>
        arrivals
          .filter(({ source, destination }) => destination === to && isWarps(source))
          .reduce((sum, { packets }) => sum + packets, 0),
      );
    }

    /** More packets to each have come through a warp than until now. */
    async function flows(daemon: WatchDaemon, destinations: readonly string[] = [sink]): Promise<void> {
      const before = await through(destinations);
      await daemon.until('packets come through a warp', async () => {
        const now = await through(destinations);
        return now.every((packets, at) => packets > (before[at] ?? 0) + 10);
      });
    }

    /** It is blocked: nothing that it tries leaves. */
    async function closes(
      daemon: WatchDaemon,
      target: string,
      family: 'ipv4' | 'ipv6' = 'ipv4',
    ): Promise<void> {
      await daemon.until(`${target} is closed`, async () => {
        return (await viaOf(engine, target, family)) === undefined;
      });
      const to = family === 'ipv4' ? outsideAddress(1) : outsideAddress6(1);
      expect(await scene.wayOf(target, [], to)).to.equal(closed);
    }

    const restart = (container: string): Promise<unknown> => post(`/containers/${container}/restart?t=0`);

    /** Nothing went past the warps; how much came through them is said. */
    async function nonePast(what: string, destinations: readonly string[] = [sink]): Promise<void> {
      const warp = await through(destinations);
      const past = await Promise.all(destinations.map(to => pastOf(engine, to)));
      const sum = (packets: readonly number[]): string =>
        String(packets.reduce((one, more) => one + more, 0));
      const [held, gone] = [past.map(({ tried }) => tried), past.map(each => each.gone)];
      console.log(
        `      ${release}, ${what}: ${sum(warp)} through warps, ${sum(held)} tried past them, ${sum(gone)} past them`,
      );
      for (const packets of warp) expect(packets).to.be.above(0);
      for (const packets of gone) expect(packets).to.equal(0);
    }

    it('a route by hand is closed with its warp, and stays closed until it is given again', async () => {
      await scene.networks();
      const daemon = await watchWith(configOf(['work'], false), { name: 'vpn', killSwitch: true });
      await startSender(engine, { name: 'worker', network: 'work', to: sink });
      const byHand = async (): Promise<void> => {
        const ran = await place.run('warp', 'route', 'worker', '--via', 'vpn');
        expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(0);
        await flows(daemon);
      };
      await byHand();
      // There is no guard: from the first moment on in which it is routed.
      await countPast(engine, 'work', [sink]);
      await kill('vpn');
      await closes(daemon, 'worker');
      const passes = daemon.eventsOf('pass').length;
      await again('vpn', 'start');
      await daemon.until('it has seen the warp again', () =>
        daemon
          .eventsOf('pass')
          .slice(passes)
          .some(({ causes }) => causes?.includes('container start vpn')),
      );
      await triesAgain(engine, 'worker');
      expect(await scene.wayOf('worker', ['vpn'])).to.equal(closed);
      expect((await place.run('warp', 'list')).stdout).to.match(/worker +blocked +→ vpn .*by hand/);
      await byHand();
      await triesAgain(engine, 'worker');
      await nonePast('by hand');
      expect(await pastOf(engine, sink)).to.deep.equal(none);
    });

    it('two warps in a row: nothing leaves without the second one, and what leaves goes by it', async () => {
      await scene.networks();
      await createBridge(engine, { name: 'inner', subnet: '172.31.0.0/24' });
      const first: WarpSketch = {
        ...{ name: 'vpn1', egress: false, nat: false, networks: ['inner', 'work'] },
        labels: { 'fairlead.warp': 'vpn2', 'fairlead.warp.network': 'work' },
      };
      const config = configOf(['work', 'inner'], true, 'warp: { nat: true }\n');
      const daemon = await watchWith(config, first, { name: 'vpn2', nat: false });
      await countPast(engine, ['inner', 'work'], [sink]);
      const labels = { 'fairlead.warp': 'vpn1', 'fairlead.warp.network': 'inner' };
      await startSender(engine, { name: 'app', network: 'inner', labels, to: sink });
      await flows(daemon);
      expect(await scene.wayOf('app', ['vpn2'])).to.equal('vpn2');
      await kill('vpn2');
      await closes(daemon, 'vpn1');
      const before = await scene.outside.ways({ destination: sink });
      await triesAgain(engine, 'app');
      expect(await scene.outside.ways({ destination: sink })).to.deep.equal(before);
      await again('vpn2', 'start');
      await flows(daemon);
      // The first one is a target as well, with a namespace that is new.
      await again('vpn1', 'restart?t=0');
      await flows(daemon);
      await nonePast('two warps in a row');
    });

    it('those that share a namespace are routed in the next one of its owner', async () => {
      await scene.networks();
      const daemon = await watchWith(guardedWithNat, { name: 'vpn', nat: false });
      await countPast(engine, 'work', [sink]);
      await startTarget(engine, { name: 'owner', network: 'work' });
      await startSender(engine, { name: 'sharer', network: 'container:owner', labels: label, to: sink });
      await flows(daemon);
      await restart('owner');
      await daemon.until('it says who has no network', () =>
        daemon.log.includes('refused sharer: has no network'),
      );
      await restart('sharer');
      await flows(daemon);
      expect(await scene.wayOf('owner', ['vpn'])).to.equal('vpn');
      await place.settled(daemon);
      await nonePast('in a shared namespace');
    });

    it('NAT that nobody asks for any more is taken back, and nothing is left of it', async () => {
      await scene.networks();
      const daemon = await watchWith(guardedWithNat, { name: 'vpn', nat: false, forwards: false });
      const bare = await containerState(engine, 'vpn');
      const isBare = async (): Promise<boolean> =>
        JSON.stringify(await containerState(engine, 'vpn')) === JSON.stringify(bare);
      await countPast(engine, 'work', [sink]);
      await startSender(engine, { name: 'app', network: 'work', labels: label, to: sink });
      await flows(daemon);
      expect(await containerState(engine, 'vpn')).to.not.deep.equal(bare);
      await reconfigure(daemon, configOf(['work'], true));
      await daemon.until('NAT is taken back', isBare);
      await reconfigure(daemon, guardedWithNat);
      await flows(daemon);
      await nonePast('NAT taken back and set up');
      await engine.api('DELETE', '/containers/app?force=1');
      await daemon.until('NAT is taken back', isBare);
      expect(await containerState(engine, 'vpn')).to.deep.equal(bare);
      await place.settled(daemon);
    });

    it('rules with ports: what they match goes by the warp or nowhere, and the rest as the engine has it', async () => {
      await scene.networks();
      const rules = `['198.19.0.0/16 tcp 80-443', '198.19.0.0/16 udp 9000-9010']`;
      const route = `{ target: { names: [app] }, via: vpn, nat: true, rules: ${rules} }`;
      const config = configOf(['work'], false, `warp:\n  routes:\n    - ${route}\n`);
      const daemon = await watchWith(config, { name: 'vpn', nat: false, killSwitch: true });
      await startSender(engine, { name: 'app', network: 'work', to: sink });
      const to = outsideAddress(81);
      const waysAre = async (matched: string): Promise<void> => {
        for (const port of [80, 443]) expect(await scene.wayOf('app', ['vpn'], to, port)).to.equal(matched);
        for (const port of [22, 8443]) expect(await scene.wayOf('app', ['vpn'], to, port)).to.equal('direct');
        expect(await pings(engine, 'app', to)).to.equal(true);
      };
      await flows(daemon);
      // There is no guard: from the first moment on in which it is routed.
      await countPast(engine, 'work', [sink]);
      await waysAre('vpn');
      await kill('vpn');
      await closes(daemon, 'app');
      await waysAre(closed);
      await again('vpn', 'start');
      await flows(daemon);
      await nonePast('by ports');
      expect(await pastOf(engine, sink)).to.deep.equal(none);
      await restart('app');
      await flows(daemon);
      await countPast(engine, 'work', [sink]);
      await waysAre('vpn');
      expect(await pastOf(engine, sink)).to.deep.equal(none);
    });

    it('IPv6: no packet past the warp from starts on, when it dies, and when the watch does', async () => {
      await scene.networks({ subnet6: 'fd00:172:30::/64' });
      const daemon = await watchWith(guardedWithNat, { name: 'vpn', nat: false });
      await scene.outside.ipv6Ready();
      const all = Array.from({ length: repeated(3) }, (_, i) => outsideAddress6(80 + i));
      await countPast(engine, 'work', all);
      await Promise.all(
        all.map((to, i) =>
          startSender(engine, { name: `app${String(i)}`, network: 'work', labels: label, to }),
        ),
      );
      await flows(daemon, all);
      await nonePast('IPv6, starts', all);

      await kill('vpn');
      await closes(daemon, 'app0', 'ipv6');
      await again('vpn', 'start');
      await flows(daemon, all);
      await daemon.end('SIGKILL');
      await restart('app0');
      const second = await place.watch();
      await flows(second, all);
      expect(await scene.wayOf('app0', ['vpn'], outsideAddress6(1))).to.equal('vpn');
      await nonePast('IPv6, deaths', all);
    });

    it('a tunnel that takes 1280 bytes: NAT has what is downloaded fit in, and nothing leaves beside it', async () => {
      await scene.networks();
      await startTunnelServer(scene.outside);
      const daemon = await watchWith(configOf(['work'], true), { name: 'vpn', tunnel: true });
      const { nft } = await containerState(engine, 'vpn');
      await startSender(engine, { name: 'app', network: 'work', labels: label, to: sink });
      const to = outsideAddress(82);
      const page = (timeout: number): Promise<string> => bytes(timeout, `http://${to}/bytes/1000000`);
      const bytes = async (timeout: number, url: string): Promise<string> => {
        const script = `timeout ${String(timeout)} wget -q -O - ${url} | wc -c`;
        return (await execInContainer(engine, 'app', ['sh', '-c', script])).stdout.trim();
      };
      await daemon.until('it goes by the tunnel', async () => {
        return (await seenAs(engine, 'app', to)) === tunnelAddress;
      });
      // Its image has NAT, and leaves segments as they are: what is small gets through.
      expect(await page(1)).to.equal('0');
      await reconfigure(daemon, guardedWithNat);
      await daemon.until('it has set up NAT', () => daemon.changes.includes('set-nat vpn'));
      expect(await page(20)).to.equal('1000000');
      // Its own way out is still there, for its server.
      await endTunnel(engine, 'vpn');
      expect(await scene.wayOf('vpn', ['vpn'], to)).to.equal('vpn');
      await triesAgain(engine, 'app');
      expect(await scene.outside.arrivals({ destination: sink })).to.deep.equal([]);
      await reconfigure(daemon, configOf(['work'], true));
      await daemon.until('NAT is taken back', async () => (await containerState(engine, 'vpn')).nft === nft);
      // Its image would have let it out there all along.
      await flows(daemon);
    });
  });
}
