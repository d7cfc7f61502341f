import { expect } from 'chai';
import { healthOf } from '../../../src/lib/watch/metrics/health.js';
import { LoopState } from '../../../src/lib/watch/loop-state.js';
import { WatchStage, connectStep } from '../../support/watch-stage.js';
import { idOf } from '../../support/world.js';

const kernel = { kernel: 'nft did not end' };

/** A loop that keeps something in the kernel, of which nothing can be read from now on. */
async function unread(): Promise<WatchStage> {
  const stage = await WatchStage.settled({}, { keepsKernel: true });
  Object.assign(stage, { unread: kernel, keepsKernel: false });
  stage.emit('container die vpn');
  await stage.clock.advance(100);
  return stage;
}

describe('A kernel that a pass could not read', () => {
  it('is read again within two seconds, for as long as it takes', async () => {
    const stage = await unread();
    await stage.clock.advance(20_000);
    const times = stage.runs.map(({ at }) => at);
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(waits.length).to.be.above(10);
    expect(Math.max(...waits)).to.be.at.most(2000);
    expect(stage.runs.at(-1)?.causes).to.equal('retry of what could not be read');
  });

  it('is not read that often any more once it can be, and as often as before', async () => {
    const stage = await unread();
    stage.unread = undefined;
    stage.keepsKernel = true;
    await stage.clock.advance(2000);
    stage.runs.length = 0;
    await stage.clock.advance(31_000);
    expect(stage.runs.map(({ causes }) => causes)).to.deep.equal(['periodic kernel check']);
  });

  it('makes no pass a good one: the health check fails after a minute, and says why', async () => {
    const stage = new WatchStage();
    const state = new LoopState(0);
    stage.start({ observer: event => state.note(event, stage.clock.now()) });
    const health = (): string => healthOf(state, stage.clock.now()).line;
    await stage.clock.advance(2000);
    expect(health()).to.equal('ok');
    const good = stage.loop.status().lastGoodPassAt;
    stage.unread = kernel;
    stage.emit('container die vpn');
    await stage.clock.advance(50_000);
    expect(health()).to.equal('ok');
    await stage.clock.advance(20_000);
    expect(health()).to.match(/^nothing worked for \d+ s: nft did not end$/);
    expect(stage.loop.status().lastGoodPassAt).to.equal(good);
    stage.unread = undefined;
    await stage.clock.advance(60_000);
    expect(health()).to.equal('ok');
  });
});

describe('A namespace that a pass could not read', () => {
  it('is read again soon, then at ever longer intervals, and leaves the pass a good one', async () => {
    const stage = await WatchStage.settled({}, { keepsKernel: true });
    stage.unread = { namespaces: true };
    stage.emit('container start app');
    await stage.clock.advance(25_000);
    const times = stage.runs.map(({ at }) => at);
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(waits).to.deep.equal([...waits].sort((a, b) => a - b));
    expect([waits.length, waits[0]]).to.deep.equal([5, 780]);
    expect(stage.loop.status().lastGoodPassAt).to.be.above(20_000);
  });
});

describe('A journal that a pass could not read', () => {
  it('is read again from a second on, with an engine that keeps nothing in the kernel and tells of no event', async () => {
    const stage = new WatchStage();
    stage.unread = { journal: 'the engine has not said yet who it is' };
    stage.start();
    await stage.clock.advance(3000);
    expect(stage.runs.map(({ causes }) => causes).slice(0, 2)).to.deep.equal([
      'start',
      'retry of what could not be read',
    ]);
    expect(stage.loop.status().lastGoodPassAt).to.equal(undefined);
    stage.unread = undefined;
    await stage.clock.advance(4000);
    expect(stage.loop.status().lastGoodPassAt).to.be.above(0);
    stage.runs.length = 0;
    await stage.clock.advance(60_000);
    expect(stage.runs).to.deep.equal([]);
  });
});

describe('An engine that did not answer for a container', () => {
  it('is asked again when it is time, though nothing else asks for a pass', async () => {
    const stage = await WatchStage.settled();
    stage.askAgainInMs = 30_000;
    stage.emit('container start web');
    await stage.clock.advance(100);
    stage.askAgainInMs = undefined;
    const { length } = stage.runs;
    await stage.clock.advance(29_000);
    expect(stage.runs).to.have.lengthOf(length);
    await stage.clock.advance(2000);
    expect(stage.runs.slice(length).map(({ causes }) => causes)).to.deep.equal([
      'retry of a container that the engine did not answer for',
    ]);
    await stage.clock.advance(120_000);
    expect(stage.runs).to.have.lengthOf(length + 1);
  });
});

describe('A container of a step that failed', () => {
  it('is read again with the retry, but not as if an event had named it', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [connectStep('web', 'shop')];
    stage.broken.add('web on shop');
    stage.emit('container start db');
    await stage.clock.advance(3000);
    const retry = stage.runs.find(({ causes }) => causes.startsWith('retry'));
    expect(retry?.request.forget).to.deep.equal(new Set());
    expect(retry?.request.retry).to.deep.equal(new Set([idOf('web')]));
  });
});
