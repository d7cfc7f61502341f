import { expect } from 'chai';
import { healthOf } from '../../../src/lib/watch/metrics/health.js';
import { LoopState } from '../../../src/lib/watch/loop-state.js';
import { WatchStage } from '../../support/watch-stage.js';

const kernel = { what: 'kernel', why: 'nft did not end' } as const;

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
    stage.unread = { what: 'namespaces' };
    stage.emit('container start app');
    await stage.clock.advance(25_000);
    const times = stage.runs.map(({ at }) => at);
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(waits).to.deep.equal([...waits].sort((a, b) => a - b));
    expect([waits.length, waits[0]]).to.deep.equal([5, 780]);
    expect(stage.loop.status().lastGoodPassAt).to.be.above(20_000);
  });
});
