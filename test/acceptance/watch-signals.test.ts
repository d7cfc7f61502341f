import { expect } from 'chai';
import { access, writeFile } from 'node:fs/promises';
import { startFaultProxy } from '../support/fault-proxy.js';
import { runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { startTarget } from './outside/targets.js';
import { containerState, hostState } from './outside/namespace-state.js';
import { startWarpScene } from './outside/warp-scene.js';
import { networksOf } from './scene.js';
import { type WatchPlace, watchPlace } from './watch-daemon.js';

const tier = (network: string): string =>
  `networks: { ${network}: {} }\nattachments: [{ select: { labels: [tier] }, networks: [${network}] }]\n`;

describe('Signals and a changed config under watch on Engine 28.5', () => {
  let engine: PrivateEngine;
  let place: WatchPlace;

  before(async () => {
    engine = await startEngine({ release: '28.5' });
    place = await watchPlace(engine);
  });
  afterEach(() => place.reset());
  after(async () => {
    await place[Symbol.asyncDispose]();
    await engine.stop();
  });

  const names = Array.from({ length: 12 }, (_, i) => `c${String(i)}`);

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal} ends it with 0 in the middle of a pass, after the step under way`, async () => {
      await createNetwork(engine, { name: 'shared' });
      for (const name of names) await runContainer(engine, { name, labels: { tier: 'x' } });
      await place.configure(tier('shared'));
      await using proxy = await startFaultProxy(engine.host);
      proxy.inject({ on: /^POST .*connect$/, fault: { do: 'delay', ms: 1000 } });
      const daemon = place.spawn(proxy.host);
      await daemon.until('the pass has begun', () => proxy.pending(/connect$/) > 0);
      const before = Date.now();
      expect(await daemon.end(signal)).to.equal(0);
      expect(Date.now() - before).to.be.below(10_000);
      expect(proxy.count(/connect$/)).to.be.below(names.length);
      // What was under way has been done, and what was not begun has not.
      const members = await Promise.all(names.map(name => networksOf(engine, name)));
      const joined = members.filter(networks => networks.includes('shared')).length;
      expect(joined).to.equal(proxy.count(/connect$/));
    });
  }

  it('a second signal ends it at once, while the engine does not answer', async () => {
    await place.configure(tier('shared'));
    await using proxy = await startFaultProxy(engine.host);
    proxy.inject({ on: /create$/, fault: { do: 'hold', until: new Promise(() => undefined) } });
    const daemon = place.spawn(proxy.host);
    await daemon.until('the engine is asked to create it', () => proxy.pending(/create$/) > 0);
    daemon.child.kill('SIGTERM');
    await daemon.until('it has heard the first one', () => daemon.log.includes('SIGTERM'));
    expect(daemon.isRunning).to.equal(true);
    const before = Date.now();
    expect(await daemon.end('SIGTERM')).to.equal(143);
    expect(Date.now() - before).to.be.below(3000);
  });

  for (const [what, call, exit, says] of [
    ['a step', /create$/, 1, 'ended before this was done'],
    ['a question', /^GET \/networks/, 0, 'got SIGTERM'],
  ] as const) {
    it(`one signal ends it within 10 s while the engine does not answer ${what}, with ${String(exit)}`, async () => {
      await place.configure(tier('shared'));
      await using proxy = await startFaultProxy(engine.host);
      proxy.inject({ on: call, fault: { do: 'hold', until: new Promise(() => undefined) } });
      const daemon = place.spawn(proxy.host);
      await daemon.until('the engine is asked', () => proxy.pending(call) > 0);
      const before = Date.now();
      expect(await daemon.end('SIGTERM')).to.equal(exit);
      expect(Date.now() - before).to.be.below(10_000);
      expect(daemon.log).to.include(says);
    });
  }

  it('--fail-fast ends it at the first failure with its exit code: what was done stays, and no more is begun', async () => {
    // The last one made is the first to be attached.
    for (const name of ['web', 'api']) await runContainer(engine, { name, labels: { tier: 'x' } });
    await place.configure(tier('shared'));
    const daemon = place.spawn(engine.host, {}, '--fail-fast');
    const before = ['create-network shared', 'connect api shared', 'connect web shared'];
    await daemon.hasDone(...before);
    // The second one has an address for its gateway and one container.
    await place.configure(
      'networks: { shared: {}, small: { ipam: { config: [{ subnet: 10.97.0.0/30 }] } }, spare: {} }\n' +
        'attachments: [{ select: { labels: [tier] }, networks: [shared, small, spare] }]\n',
    );
    daemon.child.kill('SIGHUP');
    await daemon.until('it has ended', () => !daemon.isRunning);
    expect(await daemon.end()).to.equal(1);
    expect(daemon.log).to.match(/^error: connect web → small: /m);
    const begun = ['create-network small', 'create-network spare', 'connect api small', 'connect api spare'];
    expect(daemon.changes).to.deep.equal([...before, ...begun]);
    expect(await networksOf(engine, 'web')).not.to.include('spare');
    // Without it the same failure keeps nothing else from being done.
    expect((await place.run('apply')).exitCode).to.equal(1);
    expect(await networksOf(engine, 'web')).to.include('spare');
  });

  it('leaves no socket behind', async () => {
    await place.configure('networks: {}\n');
    const daemon = await place.watch();
    const socket = `${place.folder}/run/watch-${String(daemon.pid)}.sock`;
    await access(socket);
    await daemon.end();
    expect(
      await access(socket).then(
        () => 'there',
        () => 'gone',
      ),
    ).to.equal('gone');
  });

  it('takes a new config by SIGHUP and by itself, and keeps the old one where the new one is wrong', async () => {
    await runContainer(engine, { name: 'api', labels: { tier: 'x' } });
    await place.configure(tier('one'));
    const daemon = await place.watch();
    const isOn = (...networks: string[]): Promise<void> =>
      daemon.until(
        `api is on ${networks.join()}`,
        async () => (await networksOf(engine, 'api')).join() === networks.join(),
      );
    await isOn('bridge', 'one');
    await place.configure(tier('two'));
    daemon.child.kill('SIGHUP');
    await isOn('bridge', 'two');

    const refused = (): number => daemon.log.split('the old one stays in force').length - 1;
    await place.configure('networks: { three: { driver: [] } }\n');
    await daemon.until('it is refused', () => refused() === 1);
    daemon.child.kill('SIGHUP');
    await daemon.until('it is refused again', () => refused() === 2);
    await runContainer(engine, { name: 'web', labels: { tier: 'x' } });
    await daemon.until('the old one is in force', async () =>
      (await networksOf(engine, 'web')).includes('two'),
    );
    // In its own place, written by a shell.
    await writeFile(place.configFile, tier('four'));
    await isOn('bridge', 'four');
    expect(daemon.isRunning).to.equal(true);
    const before = daemon.eventsOf('pass').length;
    daemon.child.kill('SIGHUP');
    await daemon.until('it looks again', () =>
      daemon
        .eventsOf('pass')
        .slice(before)
        .some(({ causes }) => causes?.includes('SIGHUP')),
    );
    expect(await daemon.end()).to.equal(0);
  });

  it('says what takes a restart for as long as it does', async () => {
    await place.configure('networks: {}\n');
    const daemon = await place.watch();
    const saidTimes = (what: string): number => daemon.log.split(what).length - 1;
    const inForce = (times: number): Promise<void> =>
      daemon.until('the new config is in force', () => saidTimes('the new config is in force') === times);
    await place.configure('networks: {}\nwatch: { resync: 1m }\n');
    await inForce(1);
    daemon.child.kill('SIGHUP');
    await inForce(2);
    await place.configure('networks: {}\n');
    await inForce(3);
    expect(saidTimes('takes a restart')).to.equal(2);
    expect(await daemon.end()).to.equal(0);
  });

  it('ends after a config was refused as before, and with an engine that is away', async () => {
    await place.configure('networks: {}\n');
    await using proxy = await startFaultProxy(engine.host);
    const daemon = await place.watch(proxy.host);
    await place.configure('nonsense: 1\n');
    await daemon.until('it is refused', () => daemon.log.includes('the old one stays in force'));
    await proxy.down();
    await daemon.until('it has lost the engine', () => daemon.eventsOf('lost').length > 0);
    expect(await daemon.end('SIGINT')).to.equal(0);
  });
});

describe('The end of watch with routes and a guard on Engine 28.5', () => {
  for (const onExit of ['keep', 'withdraw'] as const) {
    it(`on_exit: ${onExit}`, async () => {
      await using scene = await startWarpScene('28.5');
      const { engine } = scene;
      await scene.networks();
      await scene.gateway('vpn');
      await startTarget(engine, { name: 'app', network: 'work', labels: { 'fairlead.warp': 'vpn' } });
      const bare = { app: await containerState(engine, 'app'), host: await hostState(engine) };
      await using place = await watchPlace(engine);
      await place.configure(
        `networks: { work: { external: true, egress: warp } }\nwarp: { on_exit: ${onExit} }\n`,
      );
      const daemon = await place.watch();
      await place.settled(daemon);
      expect(await scene.wayOf('app', ['vpn'])).to.equal('vpn');
      const routed = { app: await containerState(engine, 'app'), host: await hostState(engine) };
      expect(routed.host.nft).to.include('table inet fairlead');
      expect(await daemon.end()).to.equal(0);
      const after = { app: await containerState(engine, 'app'), host: await hostState(engine) };
      expect(after).to.deep.equal(onExit === 'keep' ? routed : bare);
      expect(await scene.wayOf('app', ['vpn'])).to.equal(onExit === 'keep' ? 'vpn' : 'direct');
    });
  }

  it('on_exit: withdraw is no success where the engine cannot be asked whose routes they are', async () => {
    await using scene = await startWarpScene('28.5');
    const { engine } = scene;
    await scene.networks();
    await scene.gateway('vpn');
    await startTarget(engine, { name: 'app', network: 'work', labels: { 'fairlead.warp': 'vpn' } });
    await using place = await watchPlace(engine);
    await place.configure('warp: { on_exit: withdraw }\n');
    await using proxy = await startFaultProxy(engine.host);
    const daemon = await place.watch(proxy.host);
    await daemon.until('it is routed', () => daemon.changes.some(change => change.startsWith('set-routing')));
    const routed = await containerState(engine, 'app');
    await proxy.down();
    await daemon.until('it has lost the engine', () => daemon.eventsOf('lost').length > 0);
    expect(await daemon.end()).to.equal(4);
    expect(daemon.log)
      .to.include('routes and guard stay in force')
      .and.to.include('fairlead warp unroute --guard');
    expect(await containerState(engine, 'app')).to.deep.equal(routed);
  });
});
