import { expect } from 'chai';
import { waitUntil } from '../engine/wait-until.js';
import { oldestAndNewest } from '../engine/releases.js';
import { gatewayReady } from './outside/gateways.js';
import { outsideAddress } from './outside/outside.js';
import { addressOn } from './outside/probes.js';
import { repeated } from './outside/repeats.js';
import { startSender } from './outside/sender.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';

for (const release of oldestAndNewest) {
  describe(`A warp that dies and returns on Engine ${release}`, () => {
    let scene: WarpScene;

    before(async () => {
      scene = await startWarpScene(release);
    });
    beforeEach(() => scene.networks());
    afterEach(() => scene.reset());
    after(() => scene[Symbol.asyncDispose]());

    for (const [how, args] of [
      ['by label', []],
      ['by hand', ['worker', '--via', 'vpn']],
    ] as const)
      it(`leaves its address to a stranger who gets nothing, and opens again elsewhere (${how})`, async () => {
        const { engine, outside } = scene;
        await scene.gateway('vpn', { address: '172.30.0.100', killSwitch: true });
        // One that forwards whatever it is sent, and is on the network only while the warp is dead.
        await scene.gateway('stranger', { networks: [] });
        await startSender(engine, {
          name: 'worker',
          network: 'work',
          to: outsideAddress(9),
          ...(args.length === 0 && { labels: { 'fairlead.warp': 'vpn' } }),
        });
        expect((await scene.fairlead('warp', 'route', ...args)).exitCode).to.equal(0);
        await outside.forget();
        const rounds = repeated(5);
        for (let round = 0; round < rounds; round += 1) {
          const address = await addressOn(engine, 'vpn', 'work');
          await engine.api('POST', '/containers/vpn/kill');
          expect((await scene.fairlead('warp', 'route')).stdout).to.include('(blocked)');
          await engine.docker('network', 'connect', '--ip', address, 'work', 'stranger');
          expect((await scene.fairlead('warp', 'route')).exitCode).to.equal(0);
          expect(await addressOn(engine, 'stranger', 'work')).to.equal(address);
          await engine.docker('network', 'disconnect', 'work', 'stranger');
          await engine.api('POST', '/containers/vpn/start');
          // Until its image has set up NAT, what it forwards leaves under the target's own address.
          await gatewayReady(engine, 'vpn');
          expect((await scene.fairlead('warp', 'route', ...args)).exitCode).to.equal(0);
          const { warp } = await outside.ways();
          await waitUntil(
            'traffic goes through the warp again',
            async () => (await outside.ways()).warp > warp,
          );
        }
        const sources = new Set((await outside.arrivals()).map(({ source }) => source));
        expect([...sources]).to.deep.equal([await addressOn(engine, 'vpn', 'egress')]);
      });
  });
}
