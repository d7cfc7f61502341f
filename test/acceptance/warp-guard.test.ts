import { expect } from 'chai';
import { runContainer } from '../engine/containers.js';
import { type Release, releases } from '../engine/releases.js';
import { waitUntil } from '../engine/wait-until.js';
import { webApp } from '../engine/web-app.js';
import { collect } from './fairlead.js';
import { createBridge } from './outside/gateways.js';
import { hostState } from './outside/namespace-state.js';
import { hostAddresses, outsideAddress } from './outside/outside.js';
import { repeated } from './outside/repeats.js';
import { createSender, sentBy } from './outside/sender.js';
import { startTarget } from './outside/targets.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';

const guardedConfig = 'networks:\n  work: { external: true, egress: warp }\n';
const openConfig = 'networks:\n  work: { external: true }\n';
/** Containers that start at the same time. */
const abreast = 4;

interface Counts {
  readonly starts: number;
  readonly sent: number;
  readonly direct: number;
  readonly warp: number;
}

/** Starts senders that a label routes, while `fairlead watch` routes them as soon as it hears of them. */
async function startMany(
  scene: WarpScene,
  starts: number,
  count: number,
  flags: readonly string[],
): Promise<Counts> {
  const { engine, outside } = scene;
  const watch = scene.start('watch', ...flags);
  const said = collect(watch);
  await waitUntil(
    'watch has routed who was there',
    async () => (await scene.wayOf('steady', ['vpn'])) === 'vpn',
  );
  await outside.forget();
  let sent = 0;
  for (let first = 0; first < starts; first += abreast) {
    const numbers = Array.from({ length: Math.min(abreast, starts - first) }, (_, i) => first + i);
    const senders = await Promise.all(
      numbers.map(async number =>
        createSender(engine, {
          name: `sender${String(number)}`,
          network: 'work',
          labels: { 'fairlead.warp': 'vpn' },
          to: outsideAddress(1000 + number),
          count,
        }),
      ),
    );
    await Promise.all(senders.map(async sender => engine.api('POST', `/containers/${sender}/start`)));
    const all = await Promise.all(senders.map(async sender => sentBy(engine, sender)));
    sent += all.reduce((sum, each) => sum + each.sent, 0);
    await Promise.all(senders.map(async sender => engine.api('DELETE', `/containers/${sender}?force=1`)));
  }
  const ways = await outside.ways({ protocol: 'udp' });
  watch.kill('SIGTERM');
  expect((await said).exitCode).to.equal(0);
  return { starts, sent, ...ways };
}

function tell(release: Release, what: string, { starts, sent, direct, warp }: Counts): void {
  console.log(
    `      ${release}, ${what}: ${String(starts)} starts, ${String(sent)} packets sent, ${String(direct)} past the warp, ${String(warp)} through it`,
  );
}

for (const release of releases) {
  describe(`The guard on Engine ${release}`, () => {
    let scene: WarpScene;

    before(async () => {
      scene = await startWarpScene(release);
    });
    beforeEach(async () => {
      await scene.networks();
      await scene.gateway('vpn', { labels: { role: 'warp' } });
    });
    afterEach(() => scene.reset());
    after(() => scene[Symbol.asyncDispose]());

    it('lets nothing past the warp from the first instruction on, which routing alone does', async () => {
      // Without a target that says so, nobody is a warp; this one runs all the time.
      await startTarget(scene.engine, {
        name: 'steady',
        network: 'work',
        labels: { 'fairlead.warp': 'vpn' },
      });
      const open = await scene.config(openConfig);
      const without = await startMany(scene, repeated(8), 500, open);
      tell(release, 'without the guard', without);
      expect(without.direct).to.be.above(0);

      const flags = await scene.config(guardedConfig);
      const applied = await scene.fairlead('apply', ...flags);
      expect(applied.exitCode, applied.stdout + applied.stderr).to.equal(0);
      const guarded = await startMany(scene, repeated(67), 150, flags);
      tell(release, 'with the guard', guarded);
      expect(guarded.sent).to.be.above(0);
      expect(guarded.direct).to.equal(0);
      expect(await scene.wayOf('steady', ['vpn'])).to.equal('vpn');
      expect((await scene.fairlead('warp', 'unroute', '--guard')).exitCode).to.equal(0);
    });

    it('lets remote clients have their answers, and changes nothing else of the host’s', async () => {
      const { engine, outside } = scene;
      await webApp(engine, {
        name: 'site',
        network: 'work',
        text: 'hello',
        publish: ['8080:80'],
        labels: { 'fairlead.warp': 'vpn' },
      });
      await createBridge(engine, { name: 'plain' });
      await startTarget(engine, { name: 'free', network: 'plain' });
      await runContainer(engine, { name: 'stranger', network: 'work' });
      await engine.exec('nft', ['-f', '-'], {
        input: 'add table inet theirs\nadd chain inet theirs c { type filter hook forward priority -10; }\n',
      });
      const before = await hostState(engine);
      const flags = await scene.config(guardedConfig);
      expect((await scene.fairlead('apply', ...flags)).exitCode).to.equal(0);
      const guarded = await hostState(engine);
      expect({ ...guarded, nft: '' }).to.deep.equal({ ...before, nft: '' });
      expect(guarded.nft).to.include('table inet fairlead {');
      expect((await scene.fairlead('apply', ...flags)).stdout).not.to.match(/^[+~-]/m);
      expect(await hostState(engine)).to.deep.equal(guarded);

      expect(await outside.fetch(`http://${hostAddresses.ipv4}:8080/`)).to.equal('hello');
      expect(await scene.wayOf('site', ['vpn'])).to.equal('vpn');
      expect(await scene.wayOf('vpn', ['vpn'])).to.equal('vpn');
      expect(await scene.wayOf('free', ['vpn'])).to.equal('direct');
      await outside.forget();
      expect(await scene.wayOf('stranger', ['vpn'])).to.equal('Connection timed out');
      expect(await outside.arrivals()).to.deep.equal([]);

      expect((await scene.fairlead('warp', 'unroute', '--guard')).exitCode).to.equal(0);
      expect(await hostState(engine)).to.deep.equal(before);
      await engine.exec('nft', ['delete', 'table', 'inet', 'theirs']);
    });
  });
}
