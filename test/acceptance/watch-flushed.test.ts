import { expect } from 'chai';
import { inNamespace, pidOf } from './outside/namespace-state.js';
import { outsideAddress } from './outside/outside.js';
import { countPast, pastOf, triesAgain, viaOf } from './outside/past.js';
import { startSender } from './outside/sender.js';
import { startTarget } from './outside/targets.js';
import { startWarpScene } from './outside/warp-scene.js';
import { watchPlace } from './watch-daemon.js';

const label = { 'fairlead.warp': 'vpn' };
const sink = outsideAddress(79);
/** A look at the kernel every 30 seconds, and some for a pass on a machine that is busy. */
const withinMs = 60_000;

describe('What somebody flushes under watch on Engine 28.5', () => {
  it('is back with the next look at the kernel, the guard, rules and routes, and the log says so', async () => {
    await using scene = await startWarpScene('28.5');
    const { engine } = scene;
    await scene.networks();
    await scene.gateway('vpn', { nat: false });
    await using place = await watchPlace(engine);
    await place.configure('networks: { work: { external: true, egress: warp } }\nwarp: { nat: true }\n');
    const daemon = await place.watch();
    for (const name of ['rules', 'routes']) {
      await startTarget(engine, { name, network: 'work', labels: label });
    }
    await startSender(engine, { name: 'sender', network: 'work', labels: label, to: sink });
    for (const name of ['rules', 'routes', 'sender']) {
      await daemon.until(`${name} is routed`, async () => (await viaOf(engine, name)) !== undefined);
    }
    await place.settled(daemon);
    const guard = await engine.exec('nft', ['--stateless', 'list', 'table', 'inet', 'fairlead']);
    const [changes, log] = [daemon.changes.length, daemon.log];

    const inTarget = async (name: string, ...args: string[]): Promise<string> =>
      inNamespace(engine, await pidOf(engine, name), 'ip', args);
    for (const family of ['-4', '-6']) {
      await inTarget('rules', family, 'rule', 'flush');
      await inTarget('sender', family, 'rule', 'flush');
      await inTarget('sender', family, 'rule', 'add', 'lookup', 'main', 'pref', '32766');
    }
    const table = /table (214\d{5})/.exec(
      await inTarget('routes', '-4', 'route', 'show', 'table', 'all'),
    )?.[1];
    await inTarget('routes', '-4', 'route', 'flush', 'table', table ?? '');
    // All of the host's: the engine's own as well.
    await engine.exec('nft', ['flush', 'ruleset']);
    await countPast(engine, 'work', [sink]);
    expect(await engine.exec('nft', ['list', 'tables'])).not.to.include('fairlead');

    await daemon.until(
      'the guard is back',
      async () => (await engine.exec('nft', ['list', 'tables'])).includes('table inet fairlead'),
      withinMs,
    );
    // What went out until then says that it was gone: nothing told of it.
    expect((await pastOf(engine, sink)).gone).to.be.above(0);
    for (const name of ['rules', 'routes', 'sender']) {
      await daemon.until(`${name} is routed again`, async () => (await scene.wayOf(name, ['vpn'])) === 'vpn');
    }
    expect(await engine.exec('nft', ['--stateless', 'list', 'table', 'inet', 'fairlead'])).to.equal(guard);
    await countPast(engine, 'work', [sink]);
    await triesAgain(engine, 'sender');
    expect(await pastOf(engine, sink)).to.deep.equal({ byWarps: 0, tried: 0, gone: 0 });
    await place.settled(daemon);

    const lines = daemon.log.slice(log.length);
    expect(lines).to.match(/ guard work: .*\(periodic kernel check\)/);
    for (const name of ['rules', 'routes', 'sender']) {
      expect(lines).to.match(new RegExp(` route ${name} → vpn.*\\(periodic kernel check\\)`));
    }
    expect(daemon.changes.slice(changes)).to.have.members([
      'set-guard',
      ...['rules', 'routes', 'sender'].map(name => `set-routing ${name}`),
    ]);
    expect(await daemon.end()).to.equal(0);
  });
});
