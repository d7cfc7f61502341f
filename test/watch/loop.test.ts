import { expect } from 'chai';
import fc from 'fast-check';
import { engineEvent } from '../support/engine-event.js';
import { idOf } from '../support/world.js';
import { WatchStage, connectStep } from '../support/watch-stage.js';

const causes = ({ runs }: WatchStage): string[] => runs.map(run => run.causes);

describe('the loop', () => {
  it('follows the events first, then looks at everything', async () => {
    const stage = new WatchStage().start();
    await stage.clock.advance(5);
    expect(stage.kinds()).to.deep.equal(['connected', 'pass-begun']);
    expect(causes(stage)).to.deep.equal(['start']);
    expect(stage.runs[0]?.request.forget).to.equal('everything');
  });

  it('asks for the last moments before, too', async () => {
    const stage = new WatchStage().start();
    await stage.clock.advance(5);
    expect(stage.engine.since).to.deep.equal(['1789999998000000000']);
  });

  it('looks again at what happened while it looked for the first time', async () => {
    const stage = new WatchStage().start();
    await stage.clock.advance(5);
    stage.emit('container start web');
    await stage.clock.advance(1000);
    expect(causes(stage)).to.deep.equal(['start', 'container start web']);
  });

  it('looks at once when something happens, and only at that', async () => {
    const stage = await WatchStage.settled();
    const happened = stage.clock.now();
    stage.emit('container start web');
    await stage.clock.advance(1000);
    expect(stage.runs.map(({ at }) => at)).to.deep.equal([happened]);
    expect(stage.runs[0]?.request.forget).to.deep.equal(new Set([idOf('web')]));
  });

  it('makes one more pass for whatever happens during one, right at its end', async () => {
    const stage = await WatchStage.settled();
    const happened = stage.clock.now();
    stage.emit('container start web');
    await stage.clock.advance(10);
    stage.emit('container die a', 'container die b');
    await stage.clock.advance(5);
    stage.emit('network disconnect c shop');
    await stage.clock.advance(1000);
    expect(stage.runs.map(({ at }) => at - happened)).to.deep.equal([0, 30]);
    expect(stage.runs[1]?.request.forget).to.deep.equal(new Set(['a', 'b', 'c'].map(idOf)));
  });

  it('gives each pass a signal of its own: what calls leave on it goes with it, and not with the watch', async () => {
    const stage = await WatchStage.settled();
    for (const name of ['a', 'b']) {
      stage.emit(`container start ${name}`);
      await stage.clock.advance(1000);
    }
    const [first, second] = stage.runs.map(({ signal }) => signal);
    expect(first).to.be.an.instanceOf(AbortSignal).and.not.to.equal(second);
    // Nobody is left who would wait for it.
    expect([first?.aborted, second?.aborted]).to.deep.equal([true, true]);
  });

  it('lets health checks and the like pass', async () => {
    const stage = await WatchStage.settled();
    stage.emit('container exec_create web', 'container exec_start web', 'container exec_die web');
    await stage.clock.advance(1000);
    expect(stage.runs).to.deep.equal([]);
  });

  it('makes two passes of 2,000 events at once', async () => {
    const stage = await WatchStage.settled();
    stage.emit(...Array.from({ length: 2000 }, (_, i) => `container start c${String(i)}`));
    await stage.clock.advance(10_000);
    expect(stage.runs.length).to.be.within(1, 2);
    const seen = new Set(stage.runs.flatMap(({ request }) => [...(request.forget as ReadonlySet<string>)]));
    expect(seen.size).to.equal(2000);
  });

  it('makes few passes of 2,000 events in two seconds, and the last after the last of them', async () => {
    const stage = await WatchStage.settled();
    for (let i = 0; i < 2000; i += 1) {
      stage.emit(`container start c${String(i)}`);
      await stage.clock.advance(1);
    }
    const last = stage.clock.now();
    await stage.clock.advance(10_000);
    // 130 ms for each but the first few: 30 for the pass, 100 in between.
    expect(stage.runs.length).to.be.within(2, 22);
    expect(stage.runs.at(-1)?.at).to.be.at.least(last - 1);
    expect(stage.mostAtOnce).to.equal(1);
  });

  it('reads events while a pass takes its time', async () => {
    const stage = await WatchStage.settled();
    stage.passMs = 60_000;
    stage.emit('container start web');
    for (let i = 0; i < 20_000; i += 1) stage.emit(`container start c${String(i)}`);
    await stage.clock.advance(1000);
    expect(stage.runs).to.have.lengthOf(1);
    stage.passMs = 30;
    await stage.clock.advance(70_000);
    expect(stage.runs).to.have.lengthOf(2);
    expect(stage.runs[1]?.request.forget).to.equal('everything');
    expect(stage.runs[1]?.request.causes).to.have.lengthOf(6);
  });

  it('looks at everything where events were lost', async () => {
    const stage = await WatchStage.settled();
    stage.engine.emit(engineEvent('daemon overflow', { id: '' }));
    await stage.clock.advance(1000);
    expect(stage.kinds()).to.deep.equal(['overflow', 'pass-begun', 'pass']);
    expect(stage.runs[0]?.request.forget).to.equal('everything');
  });

  it('finds at the next resync what no event told of', async () => {
    const stage = await WatchStage.settled({ resyncMs: 300_000 });
    stage.wanted = [connectStep('web', 'shop')];
    await stage.clock.advance(290_000);
    expect(stage.runs).to.deep.equal([]);
    await stage.clock.advance(20_000);
    expect(causes(stage)).to.deep.equal(['resync']);
    expect(stage.runs[0]?.request.forget).to.equal('everything');
    expect(stage.wanted).to.deep.equal([]);
  });

  it('resyncs also where there is an event every minute', async () => {
    const stage = await WatchStage.settled({ resyncMs: 300_000 });
    for (let minute = 0; minute < 21; minute += 1) {
      stage.emit('container start web');
      await stage.clock.advance(60_000);
    }
    expect(causes(stage).filter(cause => cause === 'resync')).to.have.lengthOf(4);
  });

  it('never resyncs where that is not wanted', async () => {
    const stage = await WatchStage.settled();
    await stage.clock.advance(24 * 3_600_000);
    expect(stage.runs).to.deep.equal([]);
  });

  it('reads anew every half minute what is kept in the kernel, and nothing where nothing is', async () => {
    const stage = new WatchStage();
    stage.keepsKernel = true;
    stage.start();
    // An event that names somebody else is no such look.
    await stage.clock.advance(20_000);
    stage.emit('container start web');
    await stage.clock.advance(71_000);
    expect(stage.runs.map(({ causes, request }) => [causes, request.kernelAnew])).to.deep.equal([
      ['start', true],
      ['container start web', false],
      ['periodic kernel check', true],
      ['periodic kernel check', true],
      ['periodic kernel check', true],
    ]);
    expect(stage.runs.at(-1)?.request.forget).to.deep.equal(new Set());
    stage.keepsKernel = false;
    await stage.clock.advance(600_000);
    expect(stage.runs).to.have.lengthOf(6);
  });

  it('looks at everything when asked to', async () => {
    const stage = await WatchStage.settled();
    stage.loop.requestFullPass('SIGHUP');
    await stage.clock.advance(100);
    expect(causes(stage)).to.deep.equal(['SIGHUP']);
    expect(stage.runs[0]?.request.forget).to.equal('everything');
  });

  it('stops at once while nothing is done', async () => {
    const stage = await WatchStage.settled();
    stage.stop();
    await stage.clock.advance(0);
    expect(stage.end).to.deep.equal({ why: 'stopped', exit: 0 });
    expect(stage.kinds()).to.deep.equal(['stopping']);
    expect(stage.engine.followed).to.equal(false);
    expect(stage.clock.sleepers).to.equal(0);
  });

  it('stops while the engine is away', async () => {
    const stage = new WatchStage();
    stage.engine.up = false;
    stage.start();
    await stage.clock.advance(100_000);
    stage.stop();
    await stage.clock.advance(0);
    expect(stage.end).to.deep.equal({ why: 'stopped', exit: 0 });
    expect(stage.clock.sleepers).to.equal(0);
  });

  it('ends a pass under way before it stops, and begins no other', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [connectStep('web', 'shop')];
    stage.emit('container start web');
    await stage.clock.advance(10);
    stage.emit('container start db');
    stage.stop();
    await stage.clock.advance(10);
    expect(stage.end).to.equal(undefined);
    await stage.clock.advance(100);
    expect(stage.end).to.deep.equal({ why: 'stopped', exit: 0 });
    expect(stage.runs).to.have.lengthOf(1);
    expect(stage.runs[0]?.report?.results.map(({ note }) => note)).to.deep.equal(['interrupted']);
  });

  it('says that it is alive, also while a pass runs and while the engine is away, but not of a pass that is stuck', async () => {
    const stage = await WatchStage.settled();
    await stage.clock.advance(60_000);
    expect(stage.eventsOf('alive')).to.have.lengthOf.within(11, 13);
    stage.passMs = 1_000_000;
    stage.emit('container start web');
    stage.told.length = 0;
    await stage.clock.advance(290_000);
    expect(stage.eventsOf('alive')).to.have.lengthOf.within(56, 59);
    expect(stage.loop.status().stuck).to.equal(false);
    await stage.clock.advance(20_000);
    stage.told.length = 0;
    await stage.clock.advance(600_000);
    expect(stage.eventsOf('alive')).to.deep.equal([]);
    expect(stage.loop.status()).to.include({ stuck: true, passRunning: true });
    stage.runs[0]?.request.onProgress();
    await stage.clock.advance(10_000);
    expect(stage.eventsOf('alive')).to.have.lengthOf.at.least(1);
  });

  it('ends with the failure, and its exit code, where the first is to be the last', async () => {
    const stage = new WatchStage();
    stage.wanted = [connectStep('web', 'shop')];
    stage.broken.add('web on shop');
    stage.failsWith = 5;
    stage.start({ failFast: true });
    await stage.clock.advance(100);
    expect(stage.end).to.deep.equal({ why: 'failed', exit: 5 });
    expect(stage.clock.sleepers).to.equal(0);

    const whole = new WatchStage();
    whole.passFails = true;
    whole.start({ failFast: true });
    await whole.clock.advance(100);
    expect(whole.end).to.deep.equal({ why: 'failed', exit: 4 });
  });

  it('looks after the last event, makes no two passes at once and comes to rest, whatever happens', async () => {
    const happening = fc.record({
      what: fc.constantFrom('start', 'die', 'kill', 'exec_start', 'requestFullPass', 'break', 'away', 'back'),
      who: fc.nat(30),
      afterMs: fc.integer({ min: 0, max: 400 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 60 }),
        fc.integer({ min: 0, max: 300 }),
        async (story, passMs) => {
          const stage = await WatchStage.settled();
          stage.passMs = passMs;
          let last: number | undefined;
          for (const { what, who, afterMs } of story) {
            await stage.clock.advance(afterMs);
            if (what === 'requestFullPass') stage.loop.requestFullPass('SIGHUP');
            else if (what === 'break') stage.engine.break();
            else if (what === 'away' || what === 'back') stage.engine.up = what === 'back';
            else stage.emit(`container ${what} c${String(who)}`);
            if (what === 'away') stage.engine.break();
            if (['start', 'die', 'requestFullPass'].includes(what)) last = stage.clock.now();
          }
          stage.engine.up = true;
          await stage.clock.advance(300_000);
          if (last !== undefined) expect(stage.runs.at(-1)?.at).to.be.at.least(last);
          expect(stage.mostAtOnce).to.be.at.most(1);
          const { length } = stage.runs;
          expect(length).to.be.at.most(3 * story.length + 5);
          await stage.clock.advance(300_000);
          expect(stage.runs).to.have.lengthOf(length);
          stage.stop();
          await stage.clock.advance(1000);
          expect(stage.end).to.deep.equal({ why: 'stopped', exit: 0 });
          expect(stage.clock.sleepers).to.equal(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
