import { expect } from 'chai';
import { engineEvent } from '../../support/engine-event.js';
import { FakeProcesses } from '../../support/fake-processes.js';
import { WatchStage, connectStep } from '../../support/watch-stage.js';
import { idOf } from '../../support/world.js';
import type { WatchOptions } from '../../../src/lib/watch/loop.js';

/** A loop whose proxies route to `web`, which runs as process 7. */
async function routing(options: Partial<WatchOptions> = {}): Promise<[WatchStage, FakeProcesses]> {
  const processes = new FakeProcesses();
  processes.running.set(7, idOf('web'));
  const stage = new WatchStage();
  stage.routed.set(idOf('web'), 7);
  stage.start({ processes, ...options });
  await stage.clock.advance(2000);
  stage.runs.length = 0;
  stage.told.length = 0;
  return [stage, processes];
}

const kill = (name: string, signal: string) => engineEvent(`container kill ${name}`, { signal });

/** The passes so far: cause, what only, who departs. */
const passes = (stage: WatchStage): string[] =>
  stage.runs.map(({ causes, request, departing }) =>
    [causes, request.only && 'only proxies', ...departing].filter(Boolean).join('; '),
  );

const web = idOf('web');

describe('ahead of the engine, the loop', () => {
  it('looks at the proxies at once when a container they route to is sent SIGKILL', async () => {
    const [stage] = await routing();
    const at = stage.clock.now();
    stage.engine.emit(kill('web', '9'));
    await stage.clock.advance(200);
    expect(passes(stage)).to.deep.equal([`container kill web; only proxies; ended ${web}`]);
    expect(stage.runs[0]?.at).to.equal(at);
    // An inspect would wait until the engine is through with it.
    expect(stage.runs[0]?.request.forget).to.deep.equal(new Set());
  });

  it('does not when it is another one', async () => {
    const [stage] = await routing();
    stage.engine.emit(kill('db', '9'));
    await stage.clock.advance(200);
    expect(passes(stage)).to.deep.equal([]);
  });

  it('looks when the process of one that was asked to stop is gone', async () => {
    const [stage, processes] = await routing();
    stage.engine.emit(kill('web', '15'));
    await stage.clock.advance(100);
    expect(passes(stage)).to.deep.equal([]);
    processes.running.delete(7);
    await stage.clock.advance(10);
    expect(passes(stage)).to.deep.equal([`container exit web; only proxies; ended ${web}`]);
  });

  it('takes another process of the same number for the end of the first', async () => {
    const [stage, processes] = await routing();
    stage.engine.emit(kill('web', '15'));
    processes.running.set(7, 'somebody');
    await stage.clock.advance(20);
    expect(passes(stage)).to.deep.equal([`container exit web; only proxies; ended ${web}`]);
  });

  it('waits a moment, for an engine that shuts down sends its signals one after the other', async () => {
    const [stage, processes] = await routing();
    const at = stage.clock.now();
    processes.running.delete(7);
    stage.engine.emit(kill('web', '15'));
    await stage.clock.advance(50);
    expect(stage.runs.map(run => run.at - at)).to.deep.equal([10]);
  });

  it('looks no further at who has ended, or was not asked to', async () => {
    const [stage, processes] = await routing();
    processes.running.delete(7);
    stage.engine.emit(kill('web', '1'), kill('web', '10'), kill('web', '28'));
    await stage.clock.advance(1000);
    expect([passes(stage), processes.looks]).to.deep.equal([[], 0]);
    processes.running.set(7, web);
    stage.engine.emit(kill('web', '15'), engineEvent('container die web'));
    await stage.clock.advance(1000);
    expect(processes.looks).to.be.below(2);
    expect(passes(stage)).to.deep.equal([`container die web; stopping ${web}`]);
  });

  it('looks once where both the exit and a SIGKILL tell of one end', async () => {
    const [stage, processes] = await routing();
    stage.engine.emit(kill('web', '15'));
    await stage.clock.advance(1000);
    processes.running.delete(7);
    await stage.clock.advance(20);
    stage.engine.emit(kill('web', '9'));
    await stage.clock.advance(200);
    expect(passes(stage)).to.have.lengthOf(1);
  });

  it('follows nobody for ever', async () => {
    const [stage, processes] = await routing();
    stage.engine.emit(kill('web', '15'));
    await stage.clock.advance(61_000);
    const { looks } = processes;
    expect(looks).to.be.within(100, 7000);
    await stage.clock.advance(60_000);
    expect(processes.looks).to.equal(looks);
  });

  it('looks again at who was to end and runs on, once, and has forgotten by then that it was to', async () => {
    const [stage] = await routing();
    stage.engine.emit(kill('web', '9'));
    // Ten seconds is what `docker stop` waits before it kills.
    await stage.clock.advance(11_000);
    expect(stage.runs.map(({ departing }) => departing.length)).to.deep.equal([1, 1]);
    stage.runs.length = 0;
    await stage.clock.advance(60_000);
    expect(passes(stage)).to.deep.equal(['what was to end, and runs']);
  });

  it('knows nothing any more of one that starts again', async () => {
    const [stage] = await routing();
    stage.engine.emit(kill('web', '9'), engineEvent('container start web'));
    await stage.clock.advance(200);
    expect(passes(stage)).to.deep.equal(['container kill web; only proxies', 'container start web']);
  });

  it('does not take the process of before for that of now', async () => {
    const [stage, processes] = await routing();
    processes.running.delete(7);
    // It starts while a pass has already read who runs.
    stage.emit('network create other');
    await stage.clock.advance(1);
    stage.emit('container start web');
    await stage.clock.advance(29);
    stage.engine.emit(kill('web', '15'));
    await stage.clock.advance(20);
    expect(processes.looks).to.equal(0);
  });

  it('knows nothing of processes after it had lost the events', async () => {
    const [stage, processes] = await routing();
    stage.passMs = 5000;
    stage.engine.emit(engineEvent('daemon overflow', { id: '' }), kill('web', '15'));
    processes.running.delete(7);
    await stage.clock.advance(1000);
    expect(processes.looks).to.equal(0);
  });

  it('looks at the proxies first, and then at whatever else has happened', async () => {
    const [stage] = await routing();
    stage.engine.emit(kill('web', '9'), engineEvent('container start db'));
    await stage.clock.advance(200);
    expect(passes(stage)).to.deep.equal([
      `container kill web; only proxies; ended ${web}`,
      `container start db; ended ${web}`,
    ]);
  });
});

describe('with leave_at: stop, the loop', () => {
  it('looks when it is asked to stop, a moment later', async () => {
    const [stage] = await routing({ leavesAtStop: () => true });
    const at = stage.clock.now();
    stage.engine.emit(kill('web', '15'));
    await stage.clock.advance(200);
    expect(passes(stage)).to.deep.equal([`container kill web; only proxies; stopping ${web}`]);
    expect(stage.runs[0]?.at).to.equal(at + 10);
  });

  it('looks again at one that runs on, once', async () => {
    const [stage] = await routing({ leavesAtStop: () => true });
    stage.engine.emit(kill('web', '15'));
    await stage.clock.advance(120_000);
    expect(passes(stage)).to.deep.equal([
      `container kill web; only proxies; stopping ${web}`,
      // The other ten seconds are those for memberships of its own.
      `what was left alone for a while; stopping ${web}`,
      'what was to end, and runs',
    ]);
  });

  it('does not for the signals by which programs are told other things', async () => {
    const [stage] = await routing({ leavesAtStop: () => true });
    stage.engine.emit(...['1', '10', '12', '28'].map(signal => kill('web', signal)));
    await stage.clock.advance(200);
    expect(passes(stage)).to.deep.equal([]);
  });
});

describe('a pass over the proxies alone', () => {
  const attachment = connectStep('db', 'shop');

  it('says nothing of what else fails', async () => {
    const [stage] = await routing();
    stage.wanted = [attachment];
    stage.broken.add('db on shop');
    stage.emit('container start db');
    await stage.clock.advance(100);
    expect(stage.eventsOf('failing')).to.have.lengthOf(1);
    stage.wanted = [];
    stage.engine.emit(kill('web', '9'));
    await stage.clock.advance(100);
    expect(stage.runs.at(-1)?.request.only).to.equal('proxies');
    expect(stage.eventsOf('recovered')).to.deep.equal([]);
  });

  it('does not make it forget that something is kept in the kernel', async () => {
    const [stage] = await routing();
    stage.keepsKernel = true;
    stage.emit('container start db');
    await stage.clock.advance(25_000);
    stage.keepsKernel = false;
    stage.engine.emit(kill('web', '9'));
    await stage.clock.advance(100);
    stage.runs.length = 0;
    // Thirty seconds after the first pass, and before what was left alone is looked at.
    await stage.clock.advance(5000);
    expect(passes(stage)).to.deep.equal([`a look at the kernel; ended ${web}`]);
  });

  it('is one over everything where nothing succeeds: the one attempt has to say something of all', async () => {
    const [stage] = await routing();
    for (let i = 0; i < 5; i += 1) {
      stage.wanted = [connectStep(`c${String(i)}`, 'shop')];
      stage.broken.add(`c${String(i)} on shop`);
      stage.emit('container start db');
      await stage.clock.advance(500);
    }
    expect(stage.loop.status().breaker.is).to.equal('open');
    stage.runs.length = 0;
    stage.engine.emit(kill('web', '9'));
    await stage.clock.advance(100);
    expect(stage.runs.map(({ request }) => request.only)).to.deep.equal([undefined]);
  });
});
