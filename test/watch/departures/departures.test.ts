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
  stage.routed.set(idOf('web'), { pid: 7 });
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
    expect(passes(stage)).to.deep.equal(['container still running after a stop signal']);
  });

  it('knows nothing any more of one that starts again', async () => {
    const [stage] = await routing();
    stage.engine.emit(kill('web', '9'), engineEvent('container start web'));
    await stage.clock.advance(200);
    expect(passes(stage)).to.deep.equal(['container kill web; only proxies', 'container start web']);
  });

  it('takes one that is removed for ended as long as a pass may have read of it before', async () => {
    const [stage] = await routing();
    const departing = (): string[] => [...(stage.runs.at(-1)?.request.departing.keys() ?? [])];
    stage.engine.emit(kill('web', '9'));
    await stage.clock.advance(1);
    stage.emit('container die web', 'container destroy web');
    await stage.clock.advance(1);
    expect([stage.runs.length, departing()]).to.deep.equal([1, [web]]);
    await stage.clock.advance(2000);
    expect(stage.runs.length).to.be.above(1);
    expect([departing(), stage.runs.at(-1)?.departing]).to.deep.equal([[], []]);
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
      `stop grace period over; stopping ${web}`,
      'container still running after a stop signal',
    ]);
  });

  it('does not for the signals by which programs are told other things', async () => {
    const [stage] = await routing({ leavesAtStop: () => true });
    stage.engine.emit(...['1', '10', '12', '28'].map(signal => kill('web', signal)));
    await stage.clock.advance(200);
    expect(passes(stage)).to.deep.equal([]);
  });

  /** Whom a pass over everything, a moment after the signal, takes for one that is being stopped. */
  async function stopping(signal: string | undefined, stopSignal?: string): Promise<string[]> {
    const [stage] = await routing({ leavesAtStop: () => true });
    stage.routed.set(web, { pid: 7, stopSignal });
    stage.emit('container start db');
    await stage.clock.advance(2000);
    stage.runs.length = 0;
    stage.engine.emit(engineEvent('container kill web', signal === undefined ? {} : { signal }));
    await stage.clock.advance(200);
    stage.emit('container start db');
    await stage.clock.advance(200);
    return [...new Set(stage.runs.flatMap(({ departing }) => departing))];
  }

  for (const [signal, own, isStop] of [
    ['15', undefined, true],
    ['37', undefined, true],
    ['15', '15', true],
    ['3', '3', true],
    ['28', '28', true],
    ['3', undefined, false],
    ['2', undefined, false],
    ['3', '15', false],
    ['15', '3', false],
    [undefined, undefined, false],
    [undefined, '15', false],
  ] as const) {
    const said = `${signal ?? 'none'} to one that is stopped by ${own ?? 'what is not known'}`;
    it(`takes ${said} for ${isStop ? 'a stop' : 'none'}`, async () => {
      const stops = await stopping(signal, own);
      expect(stops.includes(`stopping ${web}`)).to.equal(isStop);
    });
  }

  it('looks no more than once at whom a thread dump was asked of', async () => {
    const [stage] = await routing({ leavesAtStop: () => true });
    stage.engine.emit(kill('web', '3'));
    await stage.clock.advance(120_000);
    // The one that the memberships of its own are owed.
    expect(stage.runs.map(({ causes }) => causes)).to.deep.equal(['stop grace period over']);
  });

  it('follows whom a thread dump was asked of all the same: it may end by that', async () => {
    const [stage, processes] = await routing({ leavesAtStop: () => true });
    stage.engine.emit(kill('web', '3'));
    await stage.clock.advance(100);
    processes.running.delete(7);
    await stage.clock.advance(10);
    expect(passes(stage)).to.deep.equal([`container exit web; only proxies; ended ${web}`]);
  });

  it('remembers by what a container is stopped when a pass did not read it', async () => {
    const [stage] = await routing({ leavesAtStop: () => true });
    for (const seen of [{ stopSignal: '3' }, {}]) {
      stage.routed.set(web, seen);
      stage.emit('container start db');
      await stage.clock.advance(2000);
    }
    stage.runs.length = 0;
    stage.engine.emit(kill('web', '3'));
    await stage.clock.advance(100);
    expect(passes(stage)).to.deep.equal([`container kill web; only proxies; stopping ${web}`]);
  });
});

describe('what a pass did not read of those that are routed to', () => {
  interface Reads {
    readonly stage: WatchStage;
    readonly processes: FakeProcesses;
    /** Each read that was begun, in order, and its signal. */
    readonly begun: { readonly name: string; readonly signal: AbortSignal }[];
    readonly answer: Map<string, () => Promise<{ pid: number }>>;
  }

  const forever = (): Promise<never> => new Promise<never>(() => undefined);

  /** A loop whose proxies route to these, of whom nothing is known. They are read for ever, unless told otherwise. */
  async function reading(
    names: readonly string[],
    answers: Readonly<Record<string, () => Promise<{ pid: number }>>> = {},
    options: Partial<WatchOptions> = {},
  ): Promise<Reads> {
    const processes = new FakeProcesses();
    processes.running.set(7, web);
    const stage = new WatchStage();
    const reads: Reads = { stage, processes, begun: [], answer: new Map(Object.entries(answers)) };
    for (const name of names) {
      const read = (signal: AbortSignal): Promise<{ pid: number }> => {
        reads.begun.push({ name, signal });
        const aborted = new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        });
        return Promise.race([aborted, (reads.answer.get(name) ?? forever)()]);
      };
      stage.routed.set(idOf(name), { read });
    }
    stage.start({ processes, ...options });
    await stage.clock.advance(2000);
    return reads;
  }

  const namesOf = ({ begun }: Reads): string[] => begun.splice(0).map(({ name }) => name);

  it('is read once the pass is over, and holds up neither its end nor the next one', async () => {
    const { stage, begun } = await reading(['web']);
    expect(stage.kinds()).to.deep.equal(['connected', 'pass-begun', 'pass']);
    expect([stage.loop.status().passRunning, begun.length]).to.deep.equal([false, 1]);
    const at = stage.clock.now();
    stage.runs.length = 0;
    stage.emit('container start db');
    await stage.clock.advance(0);
    expect(stage.runs.map(run => run.at)).to.deep.equal([at]);
    expect(begun[0]?.signal.aborted).to.equal(true);
  });

  it('is used', async () => {
    const { stage, processes } = await reading(['web'], { web: () => Promise.resolve({ pid: 7 }) });
    stage.runs.length = 0;
    stage.engine.emit(kill('web', '15'));
    await stage.clock.advance(100);
    processes.running.delete(7);
    await stage.clock.advance(10);
    expect(passes(stage)).to.deep.equal([`container exit web; only proxies; ended ${web}`]);
  });

  it('is not used of one that has started since: it may be of before', async () => {
    let end: (read: { pid: number }) => void = () => undefined;
    const { stage, processes } = await reading(['web'], {
      web: () => new Promise(resolve => (end = resolve)),
    });
    // It is told of right before a pass begins, or while none may begin.
    stage.engine.emit(engineEvent('container start web'));
    end({ pid: 7 });
    await stage.clock.advance(1);
    stage.engine.emit(kill('web', '15'));
    await stage.clock.advance(20);
    expect(processes.looks).to.equal(0);
  });

  it('is read of a few at once', async () => {
    const reads = await reading(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(namesOf(reads)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('is read of the others first where some were cut off', async () => {
    const reads = await reading(['a', 'b', 'c', 'd', 'e', 'f']);
    namesOf(reads);
    reads.stage.emit('container start db');
    await reads.stage.clock.advance(2000);
    expect(namesOf(reads)).to.deep.equal(['e', 'f', 'a', 'b']);
  });

  it('is not asked for again where it failed, until something happens to that one or all is read anew', async () => {
    const reads = await reading(['web', 'api'], {
      web: () => Promise.reject(new Error('deadline')),
      api: () => Promise.resolve({ pid: 8 }),
    });
    const { stage } = reads;
    expect(namesOf(reads)).to.deep.equal(['web', 'api']);
    stage.routed.set(idOf('api'), { pid: 8 });
    stage.emit('container start db');
    await stage.clock.advance(2000);
    expect(namesOf(reads)).to.deep.equal([]);
    stage.emit('container health_status web');
    await stage.clock.advance(2000);
    expect(namesOf(reads)).to.deep.equal(['web']);
    stage.loop.requestFullPass('SIGHUP');
    await stage.clock.advance(2000);
    expect(namesOf(reads)).to.deep.equal(['web']);
  });

  it('is not waited for at the end', async () => {
    const { stage, begun } = await reading(['web']);
    stage.stop();
    await stage.clock.advance(0);
    expect(stage.end).to.deep.equal({ why: 'stopped', exit: 0 });
    expect(begun.map(({ signal }) => signal.aborted)).to.deep.equal([true]);
  });

  it('is not waited for where a failure ends the loop', async () => {
    const { stage, begun } = await reading(['web'], {}, { failFast: true });
    stage.wanted = [connectStep('db', 'shop')];
    stage.broken.add('db on shop');
    stage.emit('container start db');
    await stage.clock.advance(100);
    expect(stage.end).to.deep.equal({ why: 'failed', exit: 1 });
    // The second was begun when the pass that failed had ended.
    expect(begun.map(({ signal }) => signal.aborted)).to.deep.equal([true, true]);
  });

  it('is not taken any more once events were lost', async () => {
    const { stage, begun } = await reading(['web']);
    stage.passFails = true;
    stage.engine.emit(engineEvent('daemon overflow', { id: '' }));
    await stage.clock.advance(1);
    expect(begun.map(({ signal }) => signal.aborted)).to.deep.equal([true]);
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
    expect(passes(stage)).to.deep.equal([`periodic kernel check; ended ${web}`]);
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
