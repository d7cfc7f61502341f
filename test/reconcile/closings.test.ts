import { expect } from 'chai';
import { setImmediate } from 'node:timers/promises';
import { ExitCode } from '../../src/lib/model/errors.js';
import type { Report } from '../../src/lib/model/report.js';
import { KernelError } from '../../src/lib/netns/kernel-error.js';
import { lines, WarpStage } from '../support/warp-stage.js';

const label = { 'fairlead.warp': 'vpn' };
const targets = Array.from({ length: 12 }, (_, at) => `t${String(at).padStart(2, '0')}`);

/** Targets that are routed through a warp that has just ended. */
async function stage(names: readonly string[] = targets): Promise<WarpStage> {
  const scene = new WarpStage();
  scene.addNetwork('net');
  scene.run('vpn', { networks: ['net'] });
  for (const name of names) scene.run(name, { networks: ['net'], labels: label });
  await scene.pass();
  scene.stop('vpn');
  return scene;
}

function openRoutesIn(scene: WarpStage, name: string): number {
  const { routes } = scene.kernel.namespace(scene.idOf(name)).routing;
  return routes.filter(({ type }) => type === 'via').length;
}

/** Has each change of routing wait until it is let go; tells who is at it. */
function holdChanges(scene: WarpStage): {
  under: Set<string>;
  most: () => number;
  letGo: (name: string) => void;
} {
  const { kernel } = scene;
  const under = new Set<string>();
  const doors = new Map<string, () => void>();
  const change = kernel.changeRouting.bind(kernel);
  let most = 0;
  kernel.changeRouting = async (process, changes, confirm) => {
    under.add(process.name);
    most = Math.max(most, under.size);
    await new Promise<void>(resolve => doors.set(process.name, resolve));
    await change(process, changes, confirm);
    under.delete(process.name);
  };
  return { under, most: () => most, letGo: name => doors.get(name)?.() };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

const namesIn = ({ results }: Report): string[] =>
  results.map(({ step }) => ('container' in step ? step.container.name : step.do));

describe('Ways to a warp that has gone', () => {
  it('are closed side by side, a bounded number at once, and told in the order of the plan', async () => {
    const scene = await stage();
    const { under, most, letGo } = holdChanges(scene);
    const passing = scene.pass();
    for (let left = targets.length; left > 0; left -= 1) {
      await until(() => under.size === Math.min(8, left));
      // The last that came is the first to be done.
      const name = [...under].at(-1) ?? '';
      letGo(name);
      await until(() => !under.has(name));
    }
    const { report } = await passing;
    expect(most()).to.equal(8);
    expect(namesIn(report)).to.deep.equal(targets);
    expect(report.results.every(({ outcome }) => outcome === 'done')).to.equal(true);
    expect(targets.map(name => openRoutesIn(scene, name))).to.deep.equal(targets.map(() => 0));
  });

  for (const failFast of [false, true])
    it(`are closed though one of them cannot be${failFast ? ', and the first failure ends the run' : ''}`, async () => {
      const scene = await stage();
      scene.config = { ...scene.config, fail_fast: failFast };
      const { kernel } = scene;
      const change = kernel.changeRouting.bind(kernel);
      kernel.changeRouting = (process, ...rest) =>
        process.name === 't03'
          ? Promise.reject(new KernelError('refused', 'No.', { exit: ExitCode.failed }))
          : change(process, ...rest);
      const { report } = await scene.pass();
      expect(report.results.map(({ outcome }) => outcome)).to.deep.equal(
        targets.map(name => (name === 't03' ? 'failed' : 'done')),
      );
      expect(targets.filter(name => openRoutesIn(scene, name) > 0)).to.deep.equal(['t03']);
    });

  it('are all closed before anything is opened or changed in the engine', async () => {
    const scene = await stage();
    scene.run('tor', { networks: ['net'] });
    scene.run('new', { networks: ['net'], labels: { 'fairlead.warp': 'tor' } });
    scene.config = {
      ...scene.config,
      networks: { shared: { external: false, on_drift: 'error', egress: 'any' } },
    };
    let open = Infinity;
    scene.beforeChange = () => {
      const now = targets.filter(name => openRoutesIn(scene, name) > 0).length;
      const isNewOpen = openRoutesIn(scene, 'new') > 0;
      if (now > 0)
        expect({ isNewOpen, networks: scene.daemon.networks.length }).to.deep.equal({
          isNewOpen: false,
          networks,
        });
      open = Math.min(open, now);
    };
    const networks = scene.daemon.networks.length;
    await scene.pass();
    expect(open).to.equal(0);
    expect(openRoutesIn(scene, 'new')).to.equal(1);
  });

  it('that a run is stopped at are finished, and the rest is not begun', async () => {
    const scene = await stage();
    const { under, letGo } = holdChanges(scene);
    const stop = new AbortController();
    const passing = scene.pass({ signal: stop.signal });
    await until(() => under.size === 8);
    stop.abort();
    for (const name of [...under]) letGo(name);
    const { report } = await passing;
    const outcomes = report.results.map(({ outcome }) => outcome);
    expect(outcomes).to.deep.equal(targets.map((_, at) => (at < 8 ? 'done' : 'skipped')));
  });

  it('are told to whoever follows the run by their places in the plan', async () => {
    const scene = await stage();
    const told: string[] = [];
    const { report } = await scene.pass({
      onStep: (step, index, total) => {
        told.push(`${String(index)}/${String(total)} ${'container' in step ? step.container.name : ''}`);
      },
    });
    expect(told).to.deep.equal(targets.map((name, at) => `${String(at)}/12 ${name}`));
    expect(lines(report)).to.have.length(12);
  });
});
