import { expect } from 'chai';
import type { Outcome, Report } from '../../../src/lib/model/report.js';
import type { Step } from '../../../src/lib/model/step.js';
import { Failing } from '../../../src/lib/watch/passes/failing.js';
import { idOf } from '../../support/world.js';
import { WatchStage, connectStep } from '../../support/watch-stage.js';

const middle = (): number => 0.5;

function report(...results: readonly (readonly [Step, Outcome])[]): Report {
  const failure = { code: 'refused', message: 'No.', hints: [], exit: 1 } as const;
  return {
    results: results.map(([step, outcome]) => ({ step, outcome, ...(outcome === 'failed' && { failure }) })),
    findings: [],
  };
}

const web = connectStep('web', 'shop');
const db = connectStep('db', 'shop');

const guard: Step = {
  do: 'set-guard',
  job: 'warps',
  reason: 'as declared',
  guard: [],
};

describe('what keeps failing', () => {
  it('is never held back, and tried again within two seconds, where traffic is open until it succeeds', () => {
    const failing = new Failing(middle, step => step === guard);
    const waits: number[] = [];
    for (let now = 0, i = 0; i < 4; i += 1) {
      failing.record(report([guard, 'failed'], [web, 'failed']), now);
      expect(failing.heldBack(guard, now)).to.equal(undefined);
      expect(failing.heldBack(web, now)).to.be.a('string');
      waits.push((failing.closingRetryAt ?? NaN) - now);
      now = failing.closingRetryAt ?? NaN;
    }
    expect(waits).to.deep.equal([750, 1500, 1500, 1500]);
  });

  it('is attempted again after a wait that doubles, up to five minutes', () => {
    const failing = new Failing(middle);
    const waits: number[] = [];
    let now = 0;
    for (let i = 0; i < 12; i += 1) {
      failing.record(report([web, 'failed']), now);
      waits.push((failing.retryAt ?? NaN) - now);
      now = failing.retryAt ?? NaN;
    }
    expect(waits).to.deep.equal([
      750, 1500, 3000, 6000, 12_000, 24_000, 48_000, 96_000, 192_000, 225_000, 225_000, 225_000,
    ]);
  });

  it('is held back until then, and says so', () => {
    const failing = new Failing(middle);
    failing.record(report([web, 'failed']), 0);
    expect(failing.heldBack(web, 100)).to.equal('it failed; the next attempt is in 1 s');
    expect(failing.heldBack(web, 750)).to.equal(undefined);
    failing.record(report([web, 'failed']), 750);
    expect(failing.heldBack(web, 751)).to.equal('it failed 2 times; the next attempt is in 2 s');
    expect(failing.heldBack(db, 751)).to.equal(undefined);
  });

  it('is not held back once something else is to be done about it', () => {
    const failing = new Failing(middle);
    failing.record(report([web, 'failed']), 0);
    expect(failing.heldBack({ ...web, reason: 'for another reason' }, 1)).to.be.a('string');
    expect(failing.heldBack({ ...web, endpoint: { aliases: ['shop'] } } as Step, 1)).to.equal(undefined);
    expect(failing.heldBack(connectStep('web', 'shop', { do: 'disconnect' }), 1)).to.equal(undefined);
  });

  it('is forgotten once it succeeds, or is not planned any more', () => {
    const failing = new Failing(middle);
    failing.record(report([web, 'failed'], [db, 'failed']), 0);
    const { recovered } = failing.record(report([web, 'done']), 1000);
    expect(recovered.map(({ subject }) => subject)).to.deep.equal(['web on shop', 'db on shop']);
    expect(failing.objects).to.deep.equal([]);
    expect(failing.retryAt).to.equal(undefined);
  });

  it('keeps its place while it is held back', () => {
    const failing = new Failing(middle);
    failing.record(report([web, 'failed']), 0);
    failing.record(report([web, 'skipped']), 100);
    expect(failing.retryAt).to.equal(750);
  });

  it('waits once more where something else kept it from being attempted', () => {
    const failing = new Failing(middle);
    failing.record(report([web, 'failed']), 0);
    failing.record(report([web, 'skipped']), 800);
    expect(failing.retryAt).to.equal(1550);
  });

  it('counts by its last round', () => {
    const failing = new Failing(middle);
    const { failed } = failing.record(report([web, 'failed'], [web, 'done']), 0);
    expect(failed).to.deep.equal([]);
  });

  it('shows a hostile name escaped', () => {
    const failing = new Failing(middle);
    failing.record(report([connectStep('\u001b[2J', 'shop'), 'failed']), 0);
    expect(failing.objects.map(({ subject }) => subject)).to.deep.equal(['\\e[2J on shop']);
  });

  it('shows whether anything works', () => {
    const failing = new Failing(middle);
    const evidence = (...results: readonly (readonly [Step, Outcome])[]): string =>
      failing.record(report(...results), 0).evidence;
    expect(evidence()).to.equal('works');
    expect(evidence([web, 'failed'], [db, 'done'])).to.equal('works');
    expect(evidence([web, 'failed'])).to.equal('nothing');
    expect(evidence([web, 'skipped'])).to.equal('nothing');
    expect(evidence([web, 'skipped'], [db, 'failed'])).to.equal('broken');
  });
});

describe('an object that fails', () => {
  it('stops nothing else', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [web];
    stage.broken.add('web on shop');
    stage.emit('container start web');
    await stage.clock.advance(3_600_000);
    // Doubling from 0.75 s to 225 s, for an hour.
    expect(stage.attempts('web on shop')).to.be.within(20, 26);
    expect(stage.loop.status().breaker).to.deep.equal({ is: 'closed' });
    stage.wanted.push(db);
    stage.emit('container start db');
    await stage.clock.advance(100);
    expect(stage.attempts('db on shop')).to.equal(1);
    expect(stage.loop.status().failing.map(({ subject }) => subject)).to.deep.equal(['web on shop']);
  });

  it('is not attempted more often because there are events', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [web];
    stage.broken.add('web on shop');
    for (let i = 0; i < 600; i += 1) {
      stage.emit('container health_status web');
      await stage.clock.advance(100);
    }
    expect(stage.runs.length).to.be.above(100);
    expect(stage.attempts('web on shop')).to.be.within(6, 8);
  });

  it('is read anew each time it is attempted, and is told of', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [web];
    stage.broken.add('web on shop');
    stage.emit('network create shop');
    await stage.clock.advance(1000);
    expect(stage.runs.map(run => run.causes)).to.deep.equal(['network create shop', 'retry of web on shop']);
    expect(stage.runs[1]?.request.retry).to.deep.equal(new Set([web.do === 'connect' && web.container.id]));
    expect(stage.eventsOf('failing').map(({ object }) => object.attempts)).to.deep.equal([1, 2]);
    stage.broken.clear();
    await stage.clock.advance(3000);
    expect(stage.eventsOf('recovered').map(({ object }) => object.subject)).to.deep.equal(['web on shop']);
    expect(stage.loop.status().failing).to.deep.equal([]);
  });

  it('is attempted at once after SIGHUP', async () => {
    const stage = await WatchStage.settled();
    stage.wanted = [web];
    stage.broken.add('web on shop');
    stage.emit('container start web');
    await stage.clock.advance(600_000);
    stage.broken.clear();
    stage.loop.requestFullPass('SIGHUP');
    await stage.clock.advance(100);
    expect(stage.loop.status().failing).to.deep.equal([]);
  });
});

describe('passes that fail as a whole', () => {
  const failFor = async (stage: WatchStage, turns: number): Promise<void> => {
    stage.passFails = true;
    for (let i = 0; i < turns; i += 1) {
      stage.emit('container start web');
      await stage.clock.advance(100);
    }
  };
  const waits = (stage: WatchStage): number[] =>
    stage.eventsOf('pass-failed').map(({ retryInMs }) => retryInMs);

  it('are followed by another, later and later, whatever happens meanwhile', async () => {
    const stage = await WatchStage.settled();
    await failFor(stage, 600);
    expect(waits(stage)).to.deep.equal([750, 1500, 3000, 6000, 12_000, 24_000, 45_000]);
    stage.passFails = false;
    await stage.clock.advance(60_000);
    expect(stage.runs.at(-1)?.causes).to.equal('the last pass failed, container start web');
    stage.emit('container start web');
    await stage.clock.advance(100);
    expect(stage.runs.at(-1)?.causes).to.equal('container start web');
  });

  it('are followed by another within two seconds while something is kept in the kernel', async () => {
    const stage = await WatchStage.settled({}, { keepsKernel: true });
    await failFor(stage, 100);
    expect(waits(stage).slice(0, 5)).to.deep.equal([750, 1500, 1500, 1500, 1500]);
    stage.passFails = false;
    stage.wanted = [guard];
    stage.emit('container die vpn');
    await stage.clock.advance(2000);
    expect(stage.wanted).to.deep.equal([]);
  });

  it('are not asked again for what they have read', async () => {
    const stage = await WatchStage.settled();
    stage.passFails = true;
    stage.loop.requestFullPass('SIGHUP');
    await stage.clock.advance(1000);
    stage.emit('container start web');
    await stage.clock.advance(4000);
    expect(stage.runs.map(({ request }) => request.forget)).to.deep.equal([
      'everything',
      new Set(),
      new Set([idOf('web')]),
    ]);
  });

  it('are followed by one over everything where a part of the plan may have been done', async () => {
    const stage = await WatchStage.settled();
    stage.passFails = true;
    stage.failsAfterPlan = true;
    stage.emit('container start web');
    await stage.clock.advance(1000);
    expect(stage.runs.map(({ request }) => request.forget)).to.deep.equal([
      new Set([idOf('web')]),
      'everything',
    ]);
  });
});
