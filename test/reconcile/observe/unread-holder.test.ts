import { expect } from 'chai';
import { defaultConfig } from '../../../src/lib/config/default-config.js';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { ExitCode } from '../../../src/lib/model/errors.js';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import { Memory } from '../../../src/lib/reconcile/observe/memory.js';
import { lines, WarpStage } from '../../support/warp-stage.js';

/** A guarded network with a warp, which is to serve with NAT what is routed through it, and a worker. */
function stageWith(env: readonly string[] = [], labels = {}): WarpStage {
  const scene = new WarpStage();
  const config = defaultConfig();
  const net = { external: true, on_drift: 'error', egress: 'warp' } as const;
  scene.config = { ...config, networks: { net }, warp: { ...config.warp, nat: true } };
  scene.addNetwork('net');
  scene.run('vpn', { networks: ['net'] });
  scene.run('worker', { networks: ['net'], labels, env: [...env] });
  return scene;
}

async function byLabel(): Promise<WarpStage> {
  const scene = stageWith([], { 'fairlead.warp': 'vpn' });
  await scene.pass();
  return scene;
}

/** As if it had been routed by hand: nothing declares it any more. */
async function byHand(): Promise<WarpStage> {
  const scene = await byLabel();
  const worker = scene.kernel.namespace(scene.idOf('worker'));
  const tableByHand = (table: number): number =>
    table > 21_000_000 ? 21_500_000 + (table % 100_000) : table;
  const moved = <T extends { readonly table: number }>(all: readonly T[]): T[] =>
    all.map(each => ({ ...each, table: tableByHand(each.table) }));
  const { routing } = worker;
  worker.routing = { ...routing, rules: moved(routing.rules), routes: moved(routing.routes) };
  scene.daemon.container('worker').Labels = {};
  return scene;
}

/** By a route of the config that is for what has a variable. */
async function byEnvironment(): Promise<WarpStage> {
  const scene = stageWith(['EGRESS=vpn']);
  const { config } = scene;
  const routes = [{ target: { env: ['EGRESS=vpn'] }, via: 'vpn' }];
  scene.config = { ...config, warp: { ...config.warp, routes } };
  await scene.pass();
  return scene;
}

function hangOver(scene: WarpStage, name: string): void {
  const { engine } = scene;
  const inspect = engine.inspectContainer.bind(engine);
  Object.assign(engine, {
    inspectContainer: (...args: Parameters<typeof inspect>) =>
      args[0].id === scene.idOf(name)
        ? Promise.reject(new EngineError('no answer within 20 s', { failure: 'timeout' }))
        : inspect(...args),
  });
}

function failReads({ kernel }: WarpStage, name: string): void {
  const read = kernel.readNamespace.bind(kernel);
  kernel.readNamespace = (process, question) =>
    process.name === name
      ? Promise.reject(new KernelError('no-answer', 'ip did not end', { exit: ExitCode.failed }))
      : read(process, question);
}

function addressOf(scene: WarpStage, name: string): string {
  return scene.daemon.container(name).Networks['net']?.IPAddress ?? '';
}

function letOut({ kernel }: WarpStage): readonly string[] | undefined {
  return kernel.host.guard?.bridges[0]?.warps;
}

function servedBy(scene: WarpStage, name: string): readonly string[] | undefined {
  return scene.kernel.namespace(scene.idOf(name)).warpSide.nat?.targets;
}

for (const [how, stage] of [
  ['by hand', byHand],
  ['by its environment', byEnvironment],
] as const)
  describe(`A target that is routed ${how}, and cannot be read`, () => {
    async function kept(scene: WarpStage, memory?: Memory): Promise<void> {
      const { report } = await scene.pass({}, memory && { memory });
      expect(lines(report).filter(line => line.startsWith('done'))).to.deep.equal([]);
      expect(letOut(scene)).to.deep.equal([addressOf(scene, 'vpn')]);
      expect(servedBy(scene, 'vpn')).to.deep.equal([addressOf(scene, 'worker')]);
    }

    for (const [when, withMemory] of [
      ['any more', true],
      ['from the first look on', false],
    ] as const)
      it(`leaves its warp in the guard, and NAT in the warp, where the engine does not answer for it ${when}`, async () => {
        const scene = await stage();
        const memory = new Memory(() => 0);
        await kept(scene, memory);
        hangOver(scene, 'worker');
        memory.forget('everything');
        await kept(scene, withMemory ? memory : undefined);
      });

    it('leaves both where its namespace could not be looked at', async () => {
      const scene = await stage();
      const memory = new Memory(() => 0);
      await kept(scene, memory);
      failReads(scene, 'worker');
      memory.forget([scene.idOf('worker')]);
      await kept(scene, memory);
      await kept(scene);
    });

    it('lets nobody out that was not let out before', async () => {
      const scene = await stage();
      scene.run('stranger', { networks: ['net'] });
      hangOver(scene, 'worker');
      scene.kernel.host = {
        ...scene.kernel.host,
        guard: { whole: true, bridges: [{ bridge: scene.bridge('net'), warps: [], dropped: 0 }] },
      };
      await scene.pass();
      expect(letOut(scene)).to.deep.equal([]);
    });

    it('keeps no address of a warp that has gone', async () => {
      const scene = await stage();
      const memory = new Memory(() => 0);
      await scene.pass({}, { memory });
      hangOver(scene, 'worker');
      memory.forget('everything');
      scene.stop('vpn');
      await scene.pass({}, { memory });
      expect(letOut(scene)).to.deep.equal([]);
    });
  });
