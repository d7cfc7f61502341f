import { expect } from 'chai';
import type { PrivateEngine } from '../engine/private-engine.js';
import { waitUntil } from '../engine/wait-until.js';
import { gatewayReady } from './outside/gateways.js';
import { outsideAddress } from './outside/outside.js';
import { countPast, countReceived, pastOf, triesAgain, viaOf } from './outside/past.js';
import { addressOn } from './outside/probes.js';
import { repeated } from './outside/repeats.js';
import { startSender } from './outside/sender.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';
import { type WatchDaemon, type WatchPlace, watchPlace } from './watch-daemon.js';

const label = { 'fairlead.warp': 'vpn' };
const sink = outsideAddress(78);
/** Of the gateway, and of the one that comes after it. */
const addresses = ['172.30.0.100', '172.30.0.101'] as const;

/**
 * What holds without a guard. A target is past its warp from its start until it is routed, and a stranger who takes the
 * address of a warp that died receives what is sent until the way is withdrawn: both are measured. Nothing else is.
 */
for (const release of ['20.10', '28.5'] as const) {
  describe(`Warps under watch on a network without a guard, on Engine ${release}`, () => {
    let scene: WarpScene;
    let engine: PrivateEngine;
    let place: WatchPlace;
    let daemon: WatchDaemon;

    before(async () => {
      scene = await startWarpScene(release);
      ({ engine } = scene);
      place = await watchPlace(engine);
      await place.configure('networks: { work: { external: true } }\nwarp: { nat: true }\n');
    });
    beforeEach(async () => {
      await scene.networks();
      await scene.gateway('vpn', { nat: false, killSwitch: true, address: addresses[0] });
      // One that forwards whatever it is sent, and is on the network when it has somebody's address.
      await scene.gateway('stranger', { networks: [] });
      daemon = await place.watch();
      await startSender(engine, { name: 'sender', network: 'work', labels: label, to: sink });
      await flows();
      // From the first moment on in which it is routed.
      await countPast(engine, 'work', [sink]);
    });
    afterEach(async () => {
      await place.reset();
      await scene.reset();
    });
    after(async () => {
      await place[Symbol.asyncDispose]();
      await scene[Symbol.asyncDispose]();
    });

    /** More packets have come through the warp than until now. */
    async function flows(): Promise<void> {
      const before = await scene.outside.ways({ destination: sink });
      await daemon.until('packets come through the warp', async () => {
        return (await scene.outside.ways({ destination: sink })).warp > before.warp + 10;
      });
    }

    /** The stranger gets the address as soon as the engine gives it to somebody else. */
    async function takeAddress(address: string): Promise<() => Promise<number>> {
      const EndpointConfig = { IPAMConfig: { IPv4Address: address } };
      const received = await countReceived(engine, 'stranger', sink);
      await waitUntil('the stranger has the address', () =>
        engine.api('POST', '/networks/work/connect', { Container: 'stranger', EndpointConfig }).then(
          () => true,
          () => false,
        ),
      );
      expect(await addressOn(engine, 'stranger', 'work')).to.equal(address);
      return received;
    }

    /** Once the way is withdrawn, the stranger receives nothing more, however often it is tried. */
    async function isClosedTo(received: () => Promise<number>): Promise<number> {
      await daemon.until(
        'the way is withdrawn',
        async () => (await viaOf(engine, 'sender')) !== addresses[0],
      );
      const until = await received();
      await triesAgain(engine, 'sender');
      expect(await received()).to.equal(until);
      return until;
    }

    it('one that dies and whose address a stranger gets at once: what was routed never leaves by the host', async () => {
      const counts: number[] = [];
      for (let round = 0; round < repeated(3); round += 1) {
        await engine.api('POST', '/containers/vpn/kill');
        counts.push(await isClosedTo(await takeAddress(addresses[0])));
        expect(await viaOf(engine, 'sender')).to.equal(undefined);
        await engine.api('POST', '/networks/work/disconnect', { Container: 'stranger' });
        await engine.api('POST', '/containers/vpn/start');
        await gatewayReady(engine, 'vpn');
        await flows();
      }
      console.log(
        `      ${release}: packets to the stranger until the way was withdrawn: ${counts.join(', ')}`,
      );
      expect(await pastOf(engine, sink)).to.deep.equal({ byWarps: 0, tried: 0, gone: 0 });
    });

    it('one that is made anew elsewhere while a stranger has its address', async () => {
      await engine.api('DELETE', '/containers/vpn?force=1');
      const received = await takeAddress(addresses[0]);
      await scene.gateway('vpn', { nat: false, killSwitch: true, address: addresses[1] });
      const until = await isClosedTo(received);
      await daemon.until(
        'it goes by the new one',
        async () => (await viaOf(engine, 'sender')) === addresses[1],
      );
      await flows();
      await triesAgain(engine, 'sender');
      expect(await received()).to.equal(until);
      console.log(`      ${release}: packets to the stranger until the way was withdrawn: ${String(until)}`);
      expect(await pastOf(engine, sink)).to.deep.equal({ byWarps: 0, tried: 0, gone: 0 });
    });

    it('a target that starts anew is past its warp until it is routed, and not after that', async () => {
      const counts: number[] = [];
      for (let round = 0; round < repeated(3); round += 1) {
        await countPast(engine, 'work', [sink]);
        await engine.api('POST', '/containers/sender/restart?t=0');
        await daemon.until('it is routed', async () => (await viaOf(engine, 'sender')) === addresses[0]);
        const until = await pastOf(engine, sink);
        await triesAgain(engine, 'sender');
        expect(await pastOf(engine, sink)).to.deep.equal(until);
        counts.push(until.gone);
      }
      console.log(`      ${release}: packets past the warp until a target was routed: ${counts.join(', ')}`);
      // The counter sees what there is to see.
      expect(Math.max(...counts)).to.be.above(0);
      await flows();
    });
  });
}
