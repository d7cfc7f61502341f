import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { ExitCode } from '../../../src/lib/model/errors.js';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import { GoneWarpMonitor } from '../../../src/lib/reconcile/apply/gone-warp-monitor.js';
import { KnownRoutings } from '../../../src/lib/reconcile/apply/known-routings.js';
import { Writers } from '../../../src/lib/reconcile/apply/writers.js';
import type { Report } from '../../../src/lib/model/report.js';
import { lines, WarpStage } from '../../support/warp-stage.js';

const guarded = { external: true, on_drift: 'error', egress: 'warp' } as const;
const shared = { external: false, on_drift: 'error', egress: 'any' } as const;

/** A guarded network that vpn is let out of, and a container that is to be connected to another network. */
async function stage(known?: KnownRoutings): Promise<WarpStage> {
  const scene = new WarpStage();
  scene.addNetwork('net');
  scene.run('vpn', { networks: ['net'] });
  scene.run('worker', { networks: ['net'], labels: { 'fairlead.warp': 'vpn' } });
  scene.config = { ...scene.config, networks: { net: guarded } };
  await scene.pass(known && { known });
  scene.run('web', { networks: ['net'] });
  scene.config = {
    ...scene.config,
    networks: { net: guarded, shared },
    attachments: [{ select: { names: ['web'] }, networks: ['shared'] }],
  };
  return scene;
}

let unexpected: unknown;

/** Has the engine take its time over a connect: until this has happened. */
function holdConnect({ engine }: WarpStage, happens: () => Promise<void>): void {
  const connect = engine.connect.bind(engine);
  Object.assign(engine, {
    connect: async (...args: Parameters<typeof connect>) => {
      // What is expected of it would otherwise be no more than a step that failed.
      await happens().catch((error: unknown) => (unexpected ??= error));
      return connect(...args);
    },
  });
}

function letOut({ kernel }: WarpStage): readonly string[] {
  return kernel.host.guard?.bridges.flatMap(({ warps }) => warps) ?? [];
}

function addressOf(scene: WarpStage, name: string): string {
  return scene.daemon.container(name).Networks['net']?.IPAddress ?? '';
}

function failing(): Promise<never> {
  return Promise.reject(new KernelError('refused', 'No.', { exit: ExitCode.failed }));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

const guardLines = (report: Report): string[] => lines(report).filter(line => line.includes('guard'));

describe('The guard, while the engine is at something', () => {
  beforeEach(() => (unexpected = undefined));
  afterEach(() => {
    if (unexpected !== undefined) throw unexpected as Error;
  });

  it('loses the address of a warp that ends before that is done', async () => {
    const scene = await stage();
    expect(letOut(scene))
      .to.deep.equal([addressOf(scene, 'vpn')])
      .and.not.to.include('');
    holdConnect(scene, async () => {
      scene.stop('vpn');
      await until(() => letOut(scene).length === 0);
      expect(scene.kernel.host.guard?.bridges.map(({ bridge }) => bridge)).to.deep.equal([
        scene.bridge('net'),
      ]);
    });
    const { report } = await scene.pass();
    expect(guardLines(report)).to.deep.equal(['done guard net']);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('has it again by the same run where the warp comes back', async () => {
    const scene = await stage();
    holdConnect(scene, async () => {
      scene.stop('vpn');
      await until(() => letOut(scene).length === 0);
      scene.start('vpn');
    });
    await scene.pass();
    expect(letOut(scene)).to.deep.equal([addressOf(scene, 'vpn')]);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('that was taken away by another run stays away until another round', async () => {
    const scene = await stage();
    const written: number[] = [];
    const setGuard = scene.kernel.setGuard.bind(scene.kernel);
    holdConnect(scene, async () => {
      const host = { ...scene.kernel.host };
      Reflect.deleteProperty(host, 'guard');
      scene.kernel.host = host;
      scene.kernel.setGuard = bridges => {
        written.push(bridges.length);
        return setGuard(bridges);
      };
      scene.stop('vpn');
      const reads = (): number => scene.kernel.calls.filter(call => call === 'readGuard').length;
      const before = reads();
      await until(() => reads() > before);
      for (let turns = 0; turns < 50; turns += 1) await setImmediate();
      expect(written).to.deep.equal([]);
    });
    await scene.pass();
    expect(written).to.deep.equal([1]);
    expect(letOut(scene)).to.deep.equal([]);
  });

  it('keeps what another run has added to it', async () => {
    const scene = await stage();
    scene.run('tor', { networks: ['net'] });
    holdConnect(scene, async () => {
      const bridges = [
        { bridge: scene.bridge('net'), warps: [addressOf(scene, 'tor'), addressOf(scene, 'vpn')] },
      ];
      await scene.kernel.setGuard(bridges);
      scene.stop('vpn');
      await until(() => letOut(scene).length === 1);
      expect(letOut(scene)).to.deep.equal([addressOf(scene, 'tor')]);
    });
    await scene.pass();
  });

  it('is not given back an address that was lost after the plan was made', async () => {
    const scene = await stage();
    scene.run('tor', { networks: ['net'] });
    scene.run('other', { networks: ['net'], labels: { 'fairlead.warp': 'tor' } });
    const address = addressOf(scene, 'vpn');
    const create = scene.engine.createNetwork.bind(scene.engine);
    const seen: (readonly string[])[] = [];
    Object.assign(scene.engine, {
      // Before the guard is set, which lets tor out too.
      createNetwork: async (...args: Parameters<typeof create>) => {
        const made = await create(...args);
        scene.stop('vpn');
        await until(() => letOut(scene).length === 0);
        scene.beforeChange = () => seen.push(letOut(scene));
        return made;
      },
    });
    const { report } = await scene.pass();
    expect(guardLines(report).length).to.be.above(1);
    expect(seen.flat()).to.include(addressOf(scene, 'tor')).and.not.to.include(address);
    expect(letOut(scene)).to.deep.equal([addressOf(scene, 'tor')]);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('loses it first in a pass that knows of the end, though the rest of the guard waits for networks', async () => {
    const scene = await stage();
    scene.run('tor', { networks: ['net'] });
    scene.run('other', { networks: ['net'], labels: { 'fairlead.warp': 'tor' } });
    const address = addressOf(scene, 'vpn');
    scene.stop('vpn');
    let changes = 0;
    scene.beforeChange = () => {
      if (changes > 0) expect(letOut(scene)).not.to.include(address);
      changes += 1;
    };
    const { report } = await scene.pass();
    expect(lines(report)[0]).to.equal('done guard net');
    expect(guardLines(report)).to.have.length(2);
    expect(letOut(scene)).to.deep.equal([addressOf(scene, 'tor')]);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('loses it in one step where that is all there is to do about the guard', async () => {
    const scene = await stage();
    scene.stop('vpn');
    const { report } = await scene.pass();
    expect(lines(report)[0]).to.equal('done guard net');
    expect(guardLines(report)).to.have.length(1);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('loses it also beside a pass over something else, where one before it knew of the guard', async () => {
    const known = new KnownRoutings();
    const scene = await stage(known);
    scene.addNetwork('shared');
    holdConnect(scene, async () => {
      scene.stop('vpn');
      await until(() => letOut(scene).length === 0);
    });
    const { report } = await scene.pass({ known }, { only: ['attachments'] });
    expect(guardLines(report)).to.deep.equal(['done guard net']);
  });

  it('is read without the rest of the host, which may be unreadable then', async () => {
    const scene = await stage();
    const { kernel } = scene;
    const readHost = kernel.readHost.bind(kernel);
    holdConnect(scene, async () => {
      kernel.readHost = failing;
      scene.stop('vpn');
      await until(() => letOut(scene).length === 0);
      kernel.readHost = readHost;
    });
    const { report } = await scene.pass();
    expect(guardLines(report)).to.deep.equal(['done guard net']);
  });

  it('loses it by a second try where the first one failed, and is not written again before', async () => {
    const known = new KnownRoutings();
    const scene = await stage(known);
    const { engine, kernel } = scene;
    const setGuard = kernel.setGuard.bind(kernel);
    let tries = 0;
    let now = 0;
    kernel.setGuard = bridges => {
      tries += 1;
      return tries < 3 ? failing() : setGuard(bridges);
    };
    const monitor = new GoneWarpMonitor({ engine, kernel, known, writers: new Writers(), now: () => now });
    const looks = (): number => scene.daemon.calls.filter(call => call === 'GET /containers/json').length;
    monitor.begin();
    scene.stop('vpn');
    for (const tried of [1, 2]) {
      await until(() => tries === tried);
      const before = looks();
      await until(() => looks() > before + 1);
      expect([tries, letOut(scene).length]).to.deep.equal([tried, 1]);
      now += 2000;
    }
    await until(() => letOut(scene).length === 0);
    await monitor.end();
    expect(tries).to.equal(3);
    const closings = known.takeClosings().filter(({ step }) => step.do === 'set-guard');
    const outcomes = closings.map(({ outcome }) => outcome);
    expect(outcomes).to.deep.equal(['failed', 'done']);
  });

  it('loses it also while the first pass of all still reads', async () => {
    const scene = await stage();
    const inspect = scene.engine.inspectContainer.bind(scene.engine);
    const reads = (): number => scene.kernel.calls.filter(call => call === 'readGuard').length;
    const before = reads();
    let isHeld = true;
    Object.assign(scene.engine, {
      inspectContainer: async (...args: Parameters<typeof inspect>) => {
        if (isHeld && args[0].name === 'worker') {
          await until(() => reads() > before);
          scene.stop('vpn');
          await until(() => letOut(scene).length === 0);
          isHeld = false;
        }
        return inspect(...args);
      },
    });
    const { report } = await scene.pass();
    expect(isHeld).to.equal(false);
    expect(guardLines(report)[0]).to.equal('done guard net');
    expect(letOut(scene)).to.deep.equal([]);
    expect(await scene.planned()).to.deep.equal([]);
  });
});
