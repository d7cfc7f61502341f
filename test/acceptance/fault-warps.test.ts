import { expect } from 'chai';
import { startFaultProxy } from '../support/fault-proxy.js';
import type { PrivateEngine } from '../engine/private-engine.js';
import { faultCases } from './fault-cases.js';
import { gatewayReady } from './outside/gateways.js';
import { outsideAddress } from './outside/outside.js';
import { countPast, macOn, pastOf } from './outside/past.js';
import { addressOn } from './outside/probes.js';
import { startSender } from './outside/sender.js';
import { startTarget } from './outside/targets.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';
import { type WatchDaemon, type WatchPlace, watchPlace } from './watch-daemon.js';

const config = 'networks: { work: { external: true, egress: warp } }\nwarp: { nat: true }\n';
const label = { 'fairlead.warp': 'vpn' };
const hostConfig = { RestartPolicy: { Name: 'always' } };
/** Of a sender that starts again and again. */
const sink = outsideAddress(80);
/** Of one that runs all the time, and so is routed all the time. */
const steadySink = outsideAddress(81);
const addresses = ['172.30.0.100', '172.30.0.101'] as const;

/** Those of calls that a host with warps makes. */
const callsOfWarps = faultCases.filter(({ what }) =>
  /stream is cut|stands still|events are refused|every other event|some calls|lists are noise|socket is gone/.test(
    what,
  ),
);

for (const release of ['20.10', '28.5'] as const) {
  describe(`Warps under watch while things go wrong, on Engine ${release}`, () => {
    let scene: WarpScene;
    let engine: PrivateEngine;
    let place: WatchPlace;
    let moves: number;
    /** Of the two addresses. */
    let at: number;

    before(async () => {
      scene = await startWarpScene(release);
      ({ engine } = scene);
      place = await watchPlace(engine);
      await place.configure(config);
    });
    beforeEach(async () => {
      moves = at = 0;
      await scene.networks();
      await startVpn();
      await startTarget(engine, { name: 'app', network: 'work', labels: label, hostConfig });
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

    async function startVpn(): Promise<void> {
      const address = addresses[at] ?? '';
      await scene.gateway('vpn', { nat: false, killSwitch: true, address, hostConfig });
    }

    const sender = (name: string, to: string): Promise<string> =>
      startSender(engine, { name, network: 'work', labels: label, to, hostConfig });

    async function flows(daemon: WatchDaemon, to: string): Promise<void> {
      const before = await scene.outside.ways({ destination: to });
      await daemon.until('packets come through the warp', async () => {
        return (await scene.outside.ways({ destination: to })).warp > before.warp + 10;
      });
    }

    /** All goes by the warp again, wherever that is by now. */
    async function converged(daemon: WatchDaemon, ...sinks: string[]): Promise<void> {
      await daemon.until(
        'app goes by vpn',
        async () => (await scene.wayOf('app', ['vpn'])) === 'vpn',
        60_000,
      );
      for (const to of sinks) await flows(daemon, to);
      await place.settled(daemon);
    }

    for (const [what, away] of [
      ['is stopped with its containers, and comes back with them', () => engine.restart()],
      [
        'dies on the spot, and its containers with the next start',
        async () => {
          await engine.kill();
          await engine.start();
        },
      ],
    ] as const)
      it(`the engine ${what}: nothing that is to go by a warp gets past the guard`, async () => {
        const daemon = await place.watch();
        await sender('sender', sink);
        await flows(daemon, sink);
        await place.settled(daemon);
        await countPast(engine, 'work', [sink]);
        await away();
        await daemon.until('it follows the engine again', () => daemon.eventsOf('connected').length > 1);
        await converged(daemon, sink);
        const { tried, gone } = await pastOf(engine, sink);
        const { direct, warp } = await scene.outside.ways({ destination: sink });
        console.log(
          `      ${release}: ${String(tried)} held back by the guard, ${String(gone)} past it; outside: ${String(direct)} direct, ${String(warp)} through the warp`,
        );
        // Senders start before anybody can route them: that is what the guard is for.
        expect(tried).to.be.above(0);
        expect({ gone, direct }).to.deep.equal({ gone: 0, direct: 0 });
      });

    // The program is the same for all engines.
    if (release !== '28.5') return;

    /** In turn: the gateway dies and returns, a target starts anew, the gateway is made anew elsewhere. */
    async function change(): Promise<void> {
      const move = moves;
      moves += 1;
      if (move % 3 === 0) {
        await engine.api('POST', '/containers/vpn/kill');
        await engine.api('POST', '/containers/vpn/start');
        await gatewayReady(engine, 'vpn');
      } else if (move % 3 === 1) {
        await engine.api('POST', '/containers/sender/restart?t=0');
      } else {
        const before = await addressOn(engine, 'vpn', 'work');
        await engine.api('DELETE', '/containers/vpn?force=1');
        at = 1 - at;
        await startVpn();
        expect(await addressOn(engine, 'vpn', 'work')).not.to.equal(before);
      }
    }

    it('the engine hangs over one target: routes to a gateway that ends are closed all the same, its own too', async () => {
      await startTarget(engine, { name: 'other', network: 'work', labels: label });
      await place.configure(`docker: { timeout: 2s }\n${config}`);
      await using proxy = await startFaultProxy(engine.host);
      const daemon = await place.watch(proxy.host);
      const goBy = async (way: string): Promise<boolean> =>
        (await scene.wayOf('app', ['vpn'])) === way && (await scene.wayOf('other', ['vpn'])) === way;
      await daemon.until('both go by vpn', () => goBy('vpn'));
      const { Id } = await engine.api<{ Id: string }>('GET', '/containers/app/json');
      const inspect = new RegExp(`^GET /containers/${Id}/json$`);
      proxy.inject({ on: inspect, fault: { do: 'hold', until: new Promise<void>(() => undefined) } });
      const before = proxy.count(inspect);
      // Everything is to be read again.
      daemon.child.kill('SIGHUP');
      await daemon.until('app is told to be unreadable', () =>
        /refused app: could not be read: .*no answer within 2 s/.test(daemon.log),
      );
      await engine.api('POST', '/containers/vpn/kill');
      await daemon.until('both have no way out', () => goBy('No route to host'));
      daemon.child.kill('SIGHUP');
      await daemon.until(
        'it has read everything again',
        () => daemon.log.split('new config is in force').length > 2,
      );
      await engine.api('POST', '/containers/vpn/start');
      await gatewayReady(engine, 'vpn');
      await daemon.until('other goes by vpn', async () => (await scene.wayOf('other', ['vpn'])) === 'vpn');
      expect(proxy.count(inspect) - before).to.equal(1);
      proxy.heal();
      // An event of it: the engine answers again.
      await engine.api('POST', '/containers/app/pause');
      await engine.api('POST', '/containers/app/unpause');
      await daemon.until('both go by vpn again', () => goBy('vpn'));
      await place.configure(config);
    });

    for (const { what, harm } of callsOfWarps) {
      it(`${what}: what is routed stays so, with a guard or without, and the rest is held back`, async () => {
        await using proxy = await startFaultProxy(engine.host);
        const daemon = await place.watch(proxy.host);
        await sender('sender', sink);
        await sender('steady', steadySink);
        await flows(daemon, sink);
        await flows(daemon, steadySink);
        const macs = { [steadySink]: await macOn(engine, 'steady', 'work') };
        await countPast(engine, 'work', [sink, steadySink], macs);
        await harm(proxy, change, daemon);
        // Each of the three was made.
        while (moves < 3) await change();
        proxy.heal();
        await converged(daemon, sink, steadySink);
        expect((await pastOf(engine, sink)).gone).to.equal(0);
        const { byWarps, tried, gone } = await pastOf(engine, steadySink);
        expect({ tried, gone }, `${String(byWarps)} by the warp; ${daemon.log}`).to.deep.equal({
          tried: 0,
          gone: 0,
        });
        const { direct } = await scene.outside.ways({ destination: steadySink });
        // Until the watch can see it again, a gateway that began anew forwards by itself, and this one's image has no NAT;
        // and while it ends, it is for a moment on the network of its targets alone.
        console.log(
          `      ${String(direct)} packets went through the warp before it had NAT, ${String(byWarps)} came back from it and were held back`,
        );
        expect(await daemon.end()).to.equal(0);
      });
    }
  });
}
