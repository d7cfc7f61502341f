import { expect } from 'chai';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { ExitCode } from '../../../src/lib/model/errors.js';
import type { NamespaceReading } from '../../../src/lib/model/namespace.js';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import { apply } from '../../../src/lib/reconcile/apply/apply.js';
import { KnownRoutings } from '../../../src/lib/reconcile/apply/known-routings.js';
import { planStaleRouteRemoval } from '../../../src/lib/warps/changes/stale-routes.js';
import { Memory } from '../../../src/lib/reconcile/observe/memory.js';
import { lines, WarpStage } from '../../support/warp-stage.js';

const label = { 'fairlead.warp': 'vpn' };

/** A warp on a network of its own and one that it serves, with two targets, of which `hung` is one. */
function stage(): WarpStage {
  const scene = new WarpStage();
  scene.addNetwork('net');
  scene.run('vpn', { networks: ['net'] });
  scene.run('worker', { networks: ['net'], labels: label });
  scene.run('hung', { networks: ['net'], labels: label });
  return scene;
}

async function settled(memory?: Memory): Promise<WarpStage> {
  const scene = stage();
  await scene.pass({}, memory && { memory });
  await scene.pass({}, memory && { memory });
  return scene;
}

/** Has the engine hang over one container; gives how often it was asked about it, and lets it answer again. */
function hangOver(scene: WarpStage, name: string): { asked: () => number; heal: () => void } {
  const { engine } = scene;
  const inspect = engine.inspectContainer.bind(engine);
  let asked = 0;
  let isHung = true;
  Object.assign(engine, {
    inspectContainer: (...args: Parameters<typeof inspect>) => {
      if (!isHung || args[0].id !== scene.idOf(name)) return inspect(...args);
      asked += 1;
      return Promise.reject(new EngineError('no answer within 20 s', { failure: 'timeout' }));
    },
  });
  return { asked: () => asked, heal: () => (isHung = false) };
}

function viaRoutes(scene: WarpStage, name: string): number {
  const { routes } = scene.kernel.namespace(scene.idOf(name)).routing;
  return routes.filter(({ type }) => type === 'via').length;
}

const noAnswer = (): KernelError => new KernelError('no-answer', 'ip did not end', { exit: ExitCode.failed });

describe('A container that the engine does not answer for', () => {
  async function readingOf(scene: WarpStage, memory: Memory): Promise<NamespaceReading | undefined> {
    const { seen } = await scene.pass({}, { memory });
    return seen.kernel?.namespaces.get(scene.idOf('hung'));
  }

  it('is unreadable and not gone: nobody looks at everything again for it', async () => {
    const memory = new Memory();
    const scene = await settled();
    hangOver(scene, 'hung');
    const lists = scene.daemon.calls.filter(call => call === 'GET /containers/json').length;
    expect(await readingOf(scene, memory)).to.deep.equal({
      read: 'unreadable',
      why: 'no answer within 20 s',
    });
    const again = scene.daemon.calls.filter(call => call === 'GET /containers/json').length;
    expect(again - lists).to.equal(1);
  });

  it('is waited for once, also when everything is read again, and is told of each time', async () => {
    const memory = new Memory(() => 0);
    const scene = await settled(memory);
    const { asked } = hangOver(scene, 'hung');
    for (let pass = 0; pass < 3; pass += 1) {
      memory.forget('everything');
      const { report } = await scene.pass({}, { memory });
      expect(lines(report)).to.include('refused hung: could not be read: no answer within 20 s');
    }
    expect(asked()).to.equal(1);
  });

  for (const [what, happens] of [
    ['an event names it', memory => memory.forget(['hung'])],
    ['half a minute has passed', () => undefined],
  ] as readonly (readonly [string, (memory: { forget: (names: string[]) => void }) => void])[])
    it(`is asked about again when ${what}`, async () => {
      let now = 0;
      const memory = new Memory(() => now);
      const scene = await settled(memory);
      const { asked, heal } = hangOver(scene, 'hung');
      memory.forget('everything');
      await scene.pass({}, { memory });
      if (what.startsWith('half')) now += 30_000;
      happens({ forget: names => memory.forget(names.map(name => scene.idOf(name))) });
      heal();
      const { report } = await scene.pass({}, { memory });
      expect([asked(), lines(report)]).to.deep.equal([1, []]);
    });

  it('is given twice the time at each further try, after twice the wait', async () => {
    let now = 0;
    const memory = new Memory(() => now);
    const scene = await settled(memory);
    hangOver(scene, 'hung');
    const [hung] = (await scene.engine.listContainers()).filter(({ name }) => name === 'hung');
    if (!hung) throw new Error('it is there');
    memory.forget('everything');
    const tries: (readonly [number | undefined, number | undefined])[] = [];
    for (let asks = 0; asks < 6; asks += 1) {
      memory.passBegins();
      await scene.pass({}, { memory });
      tries.push([memory.unanswered(hung)?.patienceMs, memory.askAgainInMs]);
      now += memory.askAgainInMs ?? 0;
    }
    expect(tries).to.deep.equal([
      [2000, 30_000],
      [4000, 60_000],
      [8000, 120_000],
      [16_000, 240_000],
      [20_000, 300_000],
      [20_000, 300_000],
    ]);
  });

  it('is asked for again only where something depends on it', async () => {
    let now = 0;
    const memory = new Memory(() => now);
    const scene = await settled(memory);
    hangOver(scene, 'hung');
    memory.forget('everything');
    await scene.pass({}, { memory });
    scene.daemon.container('hung').Labels = {};
    Object.assign(scene.kernel.namespace(scene.idOf('hung')), { routing: { rules: [], routes: [] } });
    now += 30_000;
    memory.passBegins();
    await scene.pass({}, { memory });
    expect(memory.askAgainInMs).to.equal(undefined);
  });

  it('is not asked at length by retries of a step on it: there is none where it cannot be confirmed', async () => {
    let now = 0;
    const memory = new Memory(() => now);
    const scene = await settled(memory);
    const { asked } = hangOver(scene, 'hung');
    scene.daemon.container('hung').Labels = {};
    memory.forget('everything');
    for (let retry = 0; retry < 5; retry += 1) {
      memory.readAgain([scene.idOf('hung')]);
      const { report } = await scene.pass({}, { memory });
      expect(lines(report)).to.deep.equal([
        'refused hung: could not be read: no answer within 20 s; what is routed stays as it is',
      ]);
      now += 2000;
    }
    expect([asked(), viaRoutes(scene, 'hung')]).to.deep.equal([1, 1]);
    scene.stop('vpn');
    await scene.pass({}, { memory });
    expect([asked(), viaRoutes(scene, 'hung')]).to.deep.equal([1, 0]);
  });

  it('that has ended is not waited for to be told so twice', async () => {
    const memory = new Memory();
    const scene = await settled(memory);
    const { asked } = hangOver(scene, 'hung');
    scene.kernel.stop(scene.idOf('hung'));
    memory.forgetKernel();
    await scene.pass({}, { memory });
    await scene.pass({}, { memory });
    expect(asked()).to.equal(1);
  });
});

describe('A target that the engine does not answer for', () => {
  it('has the route to a warp that has gone closed by the next pass, and is routed again once it can be read', async () => {
    let now = 0;
    const memory = new Memory(() => now);
    const scene = await settled(memory);
    const { asked, heal } = hangOver(scene, 'hung');
    memory.forget('everything');
    scene.stop('vpn');
    await scene.pass({}, { memory });
    expect([asked(), viaRoutes(scene, 'hung')]).to.deep.equal([1, 0]);
    scene.start('vpn', 77);
    await scene.pass({}, { memory });
    expect([asked(), viaRoutes(scene, 'hung'), viaRoutes(scene, 'worker')]).to.deep.equal([1, 0, 1]);
    heal();
    now += 30_000;
    await scene.pass({}, { memory });
    expect(viaRoutes(scene, 'hung')).to.equal(1);
  });

  it('and that was started anew in the meantime, is left alone', async () => {
    const memory = new Memory(() => 0);
    const scene = await settled(memory);
    const { asked } = hangOver(scene, 'hung');
    scene.stop('hung');
    scene.start('hung');
    memory.forget([scene.idOf('hung')]);
    const { report } = await scene.pass({}, { memory });
    expect(lines(report)).to.deep.equal(['refused hung: could not be read: no answer within 20 s']);
    expect(asked()).to.equal(1);
  });

  it('has the route to a warp that has gone closed, by what was known of it', async () => {
    const scene = stage();
    const known = new KnownRoutings();
    await scene.pass({ known });
    await scene.pass({ known });
    const { asked } = hangOver(scene, 'hung');
    scene.stop('vpn');
    const containers = await scene.engine.listContainers();
    const steps = planStaleRouteRemoval(known.all(), containers);
    const plan = { steps, findings: [] };
    await apply(scene.engine, await scene.engine.info(), plan, { kernel: scene.kernel, known });
    expect([asked(), viaRoutes(scene, 'hung'), viaRoutes(scene, 'worker')]).to.deep.equal([0, 0, 0]);
  });
});

describe('A namespace that cannot be read for a moment', () => {
  /** Reads of one container's namespace that fail, as many as that. */
  function failReads(scene: WarpStage, name: string, times: number): void {
    const { kernel } = scene;
    const read = kernel.readNamespace.bind(kernel);
    let left = times;
    kernel.readNamespace = (process, question) => {
      if (process.name !== name || left === 0) return read(process, question);
      left -= 1;
      return Promise.reject(noAnswer());
    };
  }

  for (const [what, withMemory] of [
    ['what was read before counts', true],
    ['nothing is known of it', false],
  ] as const)
    it(`keeps what is routed in it, where ${what}`, async () => {
      const memory = withMemory ? new Memory() : undefined;
      const scene = await settled(memory);
      memory?.forgetKernel();
      failReads(scene, 'worker', Infinity);
      const { changes } = scene.kernel;
      const before = changes.length;
      const { report } = await scene.pass({}, memory && { memory });
      expect(changes.slice(before)).to.deep.equal([]);
      expect(viaRoutes(scene, 'worker')).to.equal(1);
      expect(lines(report).join()).to.match(/^refused worker: could not be read: ip did not end/);
    });

  it('is read again by the same run', async () => {
    const scene = await settled();
    failReads(scene, 'worker', 1);
    expect(lines((await scene.pass()).report)).to.deep.equal([]);
  });

  it('is closed where nothing of Fairlead is in it, and opened by the same run once it can be read', async () => {
    const scene = stage();
    failReads(scene, 'worker', 1);
    const { report } = await scene.pass();
    expect(lines(report)).to.include('done route worker → vpn on net (blocked)');
    expect(report.results[0]?.step.reason).to.match(/could not be read: ip did not end: blocked$/);
    expect(viaRoutes(scene, 'worker')).to.equal(1);
  });

  it('has the ways to a warp that has gone closed all the same', async () => {
    const memory = new Memory();
    const scene = await settled(memory);
    memory.forgetKernel();
    failReads(scene, 'worker', Infinity);
    scene.stop('vpn');
    await scene.pass({}, { memory });
    expect(viaRoutes(scene, 'worker')).to.equal(0);
  });

  it('takes no NAT from a warp that it was routed through by hand', async () => {
    const memory = new Memory();
    const scene = await settled(memory);
    // As if it had been routed by hand: nothing declares it any more.
    const { kernel } = scene;
    const [worker, vpn] = ['worker', 'vpn'].map(name => kernel.namespace(scene.idOf(name)));
    if (!worker || !vpn) throw new Error('both run');
    const byHand = (table: number): number => (table > 21_000_000 ? 21_500_000 + (table % 100_000) : table);
    worker.routing = {
      ...worker.routing,
      rules: worker.routing.rules.map(rule => ({ ...rule, table: byHand(rule.table) })),
      routes: worker.routing.routes.map(route => ({ ...route, table: byHand(route.table) })),
    };
    scene.daemon.container('worker').Labels = {};
    scene.daemon.container('hung').Labels = {};
    const address = scene.daemon.container('worker').Networks['net']?.IPAddress ?? '';
    vpn.warpSide = { ...vpn.warpSide, hasOwn: true, nat: { targets: [address] } };
    memory.forget('everything');
    await scene.pass({}, { memory });
    expect(vpn.warpSide.nat?.targets).to.deep.equal([address]);
    failReads(scene, 'worker', Infinity);
    for (const remembered of [memory, undefined]) {
      remembered?.forgetKernel();
      await scene.pass({}, remembered && { memory: remembered });
      expect(vpn.warpSide.nat?.targets).to.deep.equal([address]);
    }
  });
});

describe('A kernel that cannot be looked at for a moment', () => {
  it('is looked at again by the same run', async () => {
    const scene = await settled();
    scene.kernel.failAt(2, noAnswer());
    const { report, seen } = await scene.pass();
    expect(scene.kernel.calls.filter(call => call === 'readHost')).to.have.lengthOf(4);
    expect([lines(report), seen.kernel?.host === undefined]).to.deep.equal([[], false]);
  });

  it('is told of also where nothing that is declared needs it', async () => {
    const scene = await settled();
    for (const name of ['worker', 'hung']) scene.daemon.container(name).Labels = {};
    scene.kernel.readHost = () => Promise.reject(noAnswer());
    const { report, seen } = await scene.pass();
    expect(lines(report).join()).to.equal(
      'refused : what is in the kernel could not be read, and stays as it is: ip did not end',
    );
    expect(seen.kernel?.outOfReach?.passing).to.equal(true);
  });

  it('is not looked at again where rights are missing, or a program', async () => {
    for (const failure of ['privileges', 'tool'] as const) {
      const scene = await settled();
      let looks = 0;
      scene.kernel.readHost = () => {
        looks += 1;
        return Promise.reject(new KernelError(failure, 'no', { exit: ExitCode.failed }));
      };
      await scene.pass();
      expect(looks).to.equal(1);
    }
  });
});
