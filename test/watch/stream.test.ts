import { expect } from 'chai';
import fc from 'fast-check';
import { isEngineFailure } from '../../src/lib/docker/failures/engine-error.js';
import { WatchStage, connectStep } from '../support/watch-stage.js';

describe('an engine that goes and comes', () => {
  it('is looked at as a whole as soon as it is back', async () => {
    const stage = await WatchStage.settled();
    stage.engine.break();
    await stage.clock.advance(1000);
    expect(stage.kinds()).to.deep.equal(['lost', 'connected', 'pass-begun', 'pass']);
    expect(stage.eventsOf('connected')).to.deep.equal([{ kind: 'connected', again: true }]);
    expect(stage.runs.map(run => [run.causes, run.request.forget])).to.deep.equal([
      ['reconnect', 'everything'],
    ]);
  });

  it('is waited for, longer and longer up to two seconds, and without a pass', async () => {
    const stage = await WatchStage.settled();
    stage.engine.up = false;
    stage.engine.break();
    await stage.clock.advance(5000);
    // Full jitter, and a die that always shows its middle.
    expect(stage.eventsOf('lost').map(({ retryInMs }) => retryInMs)).to.deep.equal([125]);
    expect(stage.eventsOf('waiting').map(({ retryInMs }) => retryInMs)).to.deep.equal([
      250, 500, 1000, 1000, 1000, 1000, 1000,
    ]);
    expect(stage.runs).to.deep.equal([]);
    expect(stage.loop.status().link).to.equal('away');
  });

  it('may be gone for hours, and is found within two seconds when it is back', async () => {
    const stage = await WatchStage.settled({ resyncMs: 300_000 });
    stage.engine.up = false;
    stage.engine.break();
    await stage.clock.advance(2 * 3_600_000);
    expect(stage.eventsOf('waiting').length).to.be.within(7150, 7250);
    expect(stage.runs).to.deep.equal([]);
    stage.engine.up = true;
    await stage.clock.advance(2100);
    expect(stage.runs.map(({ causes }) => causes)[0]).to.match(/reconnect/);
    expect(stage.loop.status().link).to.equal('connected');
  });

  it('may come up after the loop', async () => {
    const stage = new WatchStage();
    stage.engine.up = false;
    stage.start();
    await stage.clock.advance(5000);
    expect(stage.eventsOf('waiting').map(({ attempt }) => attempt)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(stage.runs).to.deep.equal([]);
    stage.engine.up = true;
    await stage.clock.advance(2000);
    expect(stage.eventsOf('connected')).to.deep.equal([{ kind: 'connected', again: false }]);
    expect(stage.runs[0]?.causes).to.equal('start');
  });

  it('is waited for from the beginning again once it had been there for a while', async () => {
    const stage = await WatchStage.settled();
    const lose = async (): Promise<void> => {
      stage.engine.break();
      await stage.clock.advance(5000);
    };
    await stage.clock.advance(60_000);
    await lose();
    await lose();
    await lose();
    await stage.clock.advance(60_000);
    await lose();
    expect(stage.eventsOf('lost').map(({ retryInMs }) => retryInMs)).to.deep.equal([125, 250, 500, 125]);
  });

  it('is heard out: what it told before the connection broke counts', async () => {
    const stage = await WatchStage.settled();
    stage.emit('container kill proxy');
    stage.engine.break();
    await stage.clock.advance(0);
    expect(stage.runs).to.deep.equal([]);
    stage.emit('container start web');
    await stage.clock.advance(200);
    const held = stage.runs[0]?.request.heldBack(connectStep('proxy', 'shop'));
    expect(held).to.equal('the container is being stopped');
  });
});

describe('a stream without events', () => {
  it('is fine as long as the engine answers', async () => {
    const stage = await WatchStage.settled();
    await stage.clock.advance(600_000);
    expect(stage.engine.pings).to.equal(10);
    expect(stage.kinds()).to.deep.equal([]);
  });

  it('is not asked after while there are events', async () => {
    const stage = await WatchStage.settled();
    for (let i = 0; i < 20; i += 1) {
      stage.emit('container exec_start web');
      await stage.clock.advance(30_000);
    }
    expect(stage.engine.pings).to.equal(0);
  });

  it('is followed anew where the engine does not answer', async () => {
    const stage = await WatchStage.settled();
    stage.engine.up = false;
    await stage.clock.advance(61_000);
    expect(new Set(stage.kinds())).to.deep.equal(new Set(['lost', 'waiting']));
    expect(stage.eventsOf('lost')).to.have.lengthOf(1);
    stage.engine.up = true;
    await stage.clock.advance(30_000);
    expect(stage.kinds('waiting').slice(0, 4)).to.deep.equal(['lost', 'connected', 'pass-begun', 'pass']);
  });

  it('is followed anew where no answer comes at all', async () => {
    const stage = await WatchStage.settled();
    stage.engine.hangs = true;
    await stage.clock.advance(89_000);
    const [lost] = stage.eventsOf('lost');
    expect(isEngineFailure(lost?.error, 'timeout')).to.equal(true);
    expect(stage.kinds()).to.deep.equal(['lost', 'connected', 'pass-begun', 'pass']);
  });
});

describe('an engine that answers and tells of no events', () => {
  it('is looked at at the start, at every resync and when asked to', async () => {
    const stage = new WatchStage();
    stage.engine.tells = false;
    stage.start({ resyncMs: 300_000 });
    await stage.clock.advance(310_000);
    expect(stage.runs.map(({ causes }) => causes)).to.deep.equal(['start', 'resync']);
    stage.loop.requestFullPass('SIGHUP');
    await stage.clock.advance(100);
    expect(stage.runs.map(({ causes }) => causes)).to.deep.equal(['start', 'resync', 'SIGHUP']);
    expect(stage.eventsOf('waiting').every(({ blind }) => blind)).to.equal(true);
    expect(stage.eventsOf('connected')).to.deep.equal([]);
    expect(stage.loop.status().link).to.equal('blind');
  });

  it('is followed once it does', async () => {
    const stage = new WatchStage();
    stage.engine.tells = false;
    stage.start();
    await stage.clock.advance(100_000);
    stage.engine.tells = true;
    await stage.clock.advance(2000);
    expect(stage.loop.status().link).to.equal('connected');
  });
});

describe('any story of losses', () => {
  it('ends connected and looked at, without waits that are too short or too long', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ downMs: fc.nat(50_000), upMs: fc.nat(50_000) }), { maxLength: 8 }),
        fc.constantFrom(0.05, 0.5, 0.999),
        async (story, chance) => {
          const stage = await WatchStage.settled({ random: () => chance });
          for (const { downMs, upMs } of story) {
            stage.engine.up = false;
            stage.engine.break();
            await stage.clock.advance(downMs);
            stage.engine.up = true;
            await stage.clock.advance(upMs);
          }
          await stage.clock.advance(3000);
          expect(stage.loop.status().link).to.equal('connected');
          const waits = [...stage.eventsOf('lost'), ...stage.eventsOf('waiting')];
          for (const { retryInMs } of waits) expect(retryInMs).to.be.within(50, 2000);
          const connected = stage.eventsOf('connected').length;
          expect(stage.runs.filter(run => run.causes.includes('reconnect'))).to.have.lengthOf(connected);
          expect(stage.engine.followed).to.equal(true);
          stage.stop();
          await stage.clock.advance(100);
        },
      ),
      { numRuns: 40 },
    );
  });
});
