import { expect } from 'chai';
import type { Step } from '../../../src/lib/model/step.js';
import { Breaker } from '../../../src/lib/watch/passes/breaker.js';
import { WatchStage, connectStep } from '../../support/watch-stage.js';

const middle = (): number => 0.5;

const web = connectStep('web', 'shop');

const guard: Step = { do: 'set-guard', job: 'warps', reason: 'as declared', guard: [] };

describe('the breaker', () => {
  it('opens after five passes of which nothing succeeded', () => {
    const breaker = new Breaker(middle);
    for (let i = 0; i < 4; i += 1) expect(breaker.record('broken', i)).to.equal(false);
    expect(breaker.record('nothing', 4)).to.equal(false);
    expect(breaker.allowsChanges(4)).to.equal(true);
    expect(breaker.record('broken', 5)).to.equal(true);
    expect(breaker.state).to.deep.equal({ is: 'open', probeAt: 22_505 });
    expect(breaker.allowsChanges(22_504)).to.equal(false);
    expect(breaker.allowsChanges(22_505)).to.equal(true);
  });

  it('does not open for failures of which one succeeded, or that are far apart', () => {
    const breaker = new Breaker(middle);
    for (let i = 0; i < 40; i += 1) breaker.record(i % 4 === 3 ? 'works' : 'broken', i);
    for (let i = 0; i < 40; i += 1) breaker.record('broken', 1000 + i * 600_001);
    expect(breaker.state).to.deep.equal({ is: 'closed' });
  });

  it('probes again after a wait that doubles, up to five minutes', () => {
    const breaker = new Breaker(middle);
    for (let i = 0; i < 5; i += 1) breaker.record('broken', 0);
    const waits: number[] = [];
    for (let probes = 0; probes < 7; probes += 1) {
      const { state } = breaker;
      const now = state.is === 'open' ? state.probeAt : NaN;
      // A probe that shows nothing is no success.
      breaker.record(probes === 2 ? 'nothing' : 'broken', now);
      waits.push(breaker.state.is === 'open' ? breaker.state.probeAt - now : NaN);
    }
    expect(waits).to.deep.equal([45_000, 90_000, 180_000, 225_000, 225_000, 225_000, 225_000]);
  });

  it('closes with the first success, and opens again after five more failures with the shortest wait', () => {
    const breaker = new Breaker(middle);
    const open = (now: number): boolean[] => Array.from({ length: 5 }, () => breaker.record('broken', now));
    open(0);
    for (const now of [30_000, 90_000, 300_000]) breaker.record('broken', now);
    expect(breaker.record('works', 600_000)).to.equal(true);
    expect(breaker.record('works', 600_001)).to.equal(false);
    expect(breaker.state).to.deep.equal({ is: 'closed' });
    expect(open(600_002)).to.deep.equal([false, false, false, false, true]);
    expect(breaker.state).to.deep.equal({ is: 'open', probeAt: 600_002 + 22_500 });
  });

  it('counts failures together that are no more than ten minutes apart', () => {
    const opens = (apartMs: number): boolean => {
      const breaker = new Breaker(middle);
      for (let i = 0; i < 5; i += 1) breaker.record('broken', i * apartMs);
      return breaker.state.is === 'open';
    };
    expect(opens(600_000)).to.equal(true);
    expect(opens(600_001)).to.equal(false);
  });

  it('probes at once where it is asked to, and stays open until the probe has shown something', () => {
    const breaker = new Breaker(middle);
    breaker.probeNow(5);
    expect(breaker.state).to.deep.equal({ is: 'closed' });
    for (let i = 0; i < 5; i += 1) breaker.record('broken', 0);
    expect(breaker.allowsChanges(1000)).to.equal(false);
    breaker.probeNow(1000);
    expect(breaker.allowsChanges(1000)).to.equal(true);
    expect(breaker.state).to.deep.equal({ is: 'open', probeAt: 1000 });
    expect(breaker.record('broken', 1001)).to.equal(true);
    expect(breaker.allowsChanges(1002)).to.equal(false);
  });

  it('pauses changes, goes on looking, and lets one pass try at times', async () => {
    const stage = await WatchStage.settled();
    const fail = async (name: string): Promise<void> => {
      stage.wanted.push(connectStep(name, 'shop'));
      stage.broken.add(`${name} on shop`);
      stage.emit(`container start ${name}`);
      await stage.clock.advance(100);
    };
    for (const name of ['a', 'b', 'c', 'd', 'e']) await fail(name);
    const [opened] = stage.eventsOf('breaker');
    expect(opened?.state.is).to.equal('open');

    stage.runs.length = 0;
    await fail('f');
    expect(stage.eventsOf('pass').at(-1)).to.include({ dryRun: true, changed: false });
    expect(stage.runs).to.have.lengthOf(1);
    expect(stage.attempts('f on shop')).to.equal(0);

    // A probe that fails: longer; one that succeeds with one of them: closed.
    await stage.clock.advance(25_000);
    expect(stage.eventsOf('breaker').map(({ state }) => state.is)).to.deep.equal(['open', 'open']);
    expect(stage.attempts('f on shop')).to.equal(1);
    stage.broken.delete('e on shop');
    await stage.clock.advance(60_000);
    expect(stage.eventsOf('breaker').at(-1)?.state).to.deep.equal({ is: 'closed' });
    expect(stage.attempts('e on shop')).to.be.above(0);
    expect(stage.loop.status().failing.map(({ subject }) => subject)).to.deep.equal(
      ['a', 'b', 'c', 'd', 'f'].map(name => `${name} on shop`),
    );
  });

  it('pauses nothing that closes what is open to traffic, and goes on trying that', async () => {
    const stage = await WatchStage.settled();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      stage.wanted.push(connectStep(name, 'shop'));
      stage.broken.add(`${name} on shop`);
      stage.emit(`container start ${name}`);
      await stage.clock.advance(100);
    }
    expect(stage.loop.status().breaker.is).to.equal('open');
    stage.runs.length = 0;
    stage.wanted.push(guard);
    stage.broken.add('the guard');
    stage.emit('container start web');
    await stage.clock.advance(10_000);
    expect(stage.attempts('the guard')).to.be.within(6, 8);
    expect(stage.attempts('a on shop')).to.equal(0);
    stage.broken.delete('the guard');
    await stage.clock.advance(2000);
    expect(stage.wanted).not.to.include(guard);
    // That the kernel obeys says nothing of the engine.
    expect(stage.loop.status().breaker.is).to.equal('open');
    expect(stage.eventsOf('recovered').map(({ object }) => object.subject)).to.deep.equal(['the guard']);
  });

  it('lets the pass that tries also try what has been failing for long', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [web];
    stage.broken.add('web on shop');
    stage.emit('container start web');
    await stage.clock.advance(3_600_000);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      stage.wanted.push(connectStep(name, 'shop'));
      stage.broken.add(`${name} on shop`);
      stage.emit(`container start ${name}`);
      await stage.clock.advance(100);
    }
    expect(stage.loop.status().breaker.is).to.equal('open');
    stage.broken.clear();
    await stage.clock.advance(23_000);
    expect(stage.wanted).to.deep.equal([]);
    expect(stage.loop.status()).to.deep.include({ breaker: { is: 'closed' }, failing: [] });
  });

  it('opens for passes that fail as a whole, and tries at once when the engine is back', async () => {
    const stage = await WatchStage.settled();
    stage.passFails = true;
    stage.emit('container start web');
    await stage.clock.advance(30_000);
    expect(stage.loop.status().breaker.is).to.equal('open');
    stage.passFails = false;
    stage.wanted = [web];
    stage.engine.break();
    await stage.clock.advance(1000);
    expect(stage.loop.status().breaker).to.deep.equal({ is: 'closed' });
    expect(stage.wanted).to.deep.equal([]);
  });

  it('closes when asked to look again and there is nothing wrong', async () => {
    const stage = await WatchStage.settled();
    stage.passFails = true;
    stage.emit('container start web');
    await stage.clock.advance(30_000);
    stage.passFails = false;
    stage.loop.requestFullPass('SIGHUP');
    await stage.clock.advance(100);
    expect(stage.loop.status().breaker).to.deep.equal({ is: 'closed' });
  });
});
