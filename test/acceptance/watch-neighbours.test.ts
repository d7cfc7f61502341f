import { expect } from 'chai';
import { runContainer } from '../engine/containers.js';
import { startEngine } from '../engine/private-engine.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { faultConfig, faultScene, nothingLost } from './fault-scene.js';
import { startTarget } from './outside/targets.js';
import { startWarpScene } from './outside/warp-scene.js';
import { watchPlace } from './watch-daemon.js';

const changes = /^(POST|PUT|DELETE) /;

describe('Watches that are not alone on Engine 28.5', () => {
  it('two of them, and apply again and again, come to one result and never fight', async () => {
    await using engine = await startEngine({ release: '28.5' });
    const scene = await faultScene(engine);
    await using place = await watchPlace(engine);
    // With a state folder of its own: as one in a container beside one on the host.
    await using other = await watchPlace(engine);
    await using proxy = await startFaultProxy(engine.host);
    await place.configure(faultConfig);
    await other.configure(faultConfig);
    const foreign = await scene.foreign();
    const daemons = [
      await place.watch(proxy.host),
      await other.watch(proxy.host),
      await place.watch(proxy.host),
    ];
    await scene.watchLosses();
    const over = new AbortController();
    const applied: string[] = [];
    const loop = (async () => {
      while (!over.signal.aborted) {
        const { exitCode, stdout, stderr } = await place.run('apply', '--host', proxy.host);
        applied.push(exitCode === 0 ? 'done' : `${String(exitCode)}: ${stdout}${stderr}`);
      }
    })();
    for (let round = 0; round < 6; round += 1) {
      await scene.change();
      await daemons[0]?.until('all is right', () => scene.isRight());
    }
    await place.settled(daemons[0]);
    const settled = proxy.count(changes);
    // Applies, and events that mean nothing, go on.
    await runContainer(engine, { name: 'nobody' });
    for (let run = 0; run < 5; run += 1) {
      const { exitCode, stdout } = await other.run('apply', '--host', proxy.host);
      expect({ exitCode, stdout }).to.deep.include({ exitCode: 0 });
      expect(stdout).not.to.match(/^[+~-] /m);
    }
    expect(proxy.count(changes)).to.equal(settled);
    over.abort();
    await loop;
    expect(applied.length).to.be.above(6);
    expect(applied.filter(how => how !== 'done')).to.deep.equal([]);
    expect(await scene.losses()).to.deep.equal(nothingLost);
    expect(await scene.foreign()).to.deep.equal(foreign);
    // None of them has met anything that it took for a failure for good.
    for (const daemon of daemons) {
      expect(daemon.eventsOf('breaker')).to.deep.equal([]);
      const failing = daemon.eventsOf('failing').length - daemon.eventsOf('recovered').length;
      expect(failing).to.equal(0);
      expect(await daemon.end()).to.equal(0);
    }
  });

  it('routes made by hand again and again stay as they were made, and so do those of the labels', async () => {
    await using scene = await startWarpScene('28.5');
    const { engine } = scene;
    await scene.networks();
    await scene.gateway('vpn');
    await scene.gateway('other');
    await startTarget(engine, { name: 'labelled', network: 'work', labels: { 'fairlead.warp': 'vpn' } });
    await startTarget(engine, { name: 'byhand', network: 'work' });
    await using place = await watchPlace(engine);
    await place.configure('networks: { work: { external: true, egress: warp } }\n');
    const [one, two] = [await place.watch(), await place.watch()];
    for (let round = 0; round < 4; round += 1) {
      const via = round % 2 === 0 ? 'other' : 'vpn';
      const routed = await place.run('warp', 'route', 'byhand', '--via', via);
      expect(routed.exitCode, routed.stdout + routed.stderr).to.equal(0);
      await place.settled(one);
      expect(await scene.wayOf('byhand', ['vpn', 'other']), `${String(round)} ${one.log}`).to.equal(via);
      expect(await scene.wayOf('labelled', ['vpn', 'other'])).to.equal('vpn');
    }
    const before = [one, two].map(daemon => daemon.changes.length);
    // Events that mean nothing: both look, and find nothing to do.
    const passes = [one, two].map(daemon => daemon.eventsOf('pass').length);
    for (let round = 0; round < 4; round += 1) {
      await runContainer(engine, { name: `nobody${String(round)}` });
      expect((await place.run('warp', 'route', 'byhand', '--via', 'vpn')).stdout).to.include('= unchanged');
    }
    for (const [at, daemon] of [one, two].entries()) {
      await daemon.until('it has looked again', () => daemon.eventsOf('pass').length > (passes[at] ?? 0));
    }
    await place.settled(two);
    expect([one, two].map(daemon => daemon.changes.length)).to.deep.equal(before);
    for (const daemon of [one, two]) expect(await daemon.end()).to.equal(0);
  });
});
