import { expect } from 'chai';
import { ExitCode } from '../../../src/lib/model/errors.js';
import type { World } from '../../../src/lib/model/world.js';
import { KnownRoutings } from '../../../src/lib/reconcile/apply/known-routings.js';
import { WarpStage } from '../../support/warp-stage.js';

/** What a pass has seen of a host with one routed target. */
async function seenWorld(): Promise<World> {
  const scene = new WarpStage();
  scene.addNetwork('net');
  scene.run('vpn', { networks: ['net'] });
  scene.run('worker', { networks: ['net'], labels: { 'fairlead.warp': 'vpn' } });
  scene.config = {
    ...scene.config,
    networks: { net: { external: true, on_drift: 'error', egress: 'warp' } },
  };
  await scene.pass();
  return (await scene.pass()).seen;
}

function withoutKernel({ engine, networks, containers }: World): World {
  return { engine, networks, containers };
}

const outOfReach = { code: 'busy', why: 'Not now.', hints: [], exit: ExitCode.failed };
const nothingRead = { namespaces: new Map<string, never>(), holders: new Set<string>() };

describe('What is known of routing and guard', () => {
  let world: World;
  let known: KnownRoutings;

  beforeEach(async () => {
    world = await seenWorld();
    known = new KnownRoutings();
    known.see(world);
  });

  const isOpen = (): { routes: boolean; guard: boolean } => ({
    routes: known.hasViaRoutes,
    guard: known.guard.letsOut,
  });

  it('is what was read', () => {
    expect(isOpen()).to.deep.equal({ routes: true, guard: true });
    const { kernel, ...rest } = world;
    known.see({ ...rest, kernel: { ...nothingRead, ...(kernel?.host && { host: { ...kernel.host } }) } });
    expect(known.hasViaRoutes).to.equal(false);
  });

  it('stays where the kernel was not looked at, or was out of reach', () => {
    const rest = withoutKernel(world);
    known.see(rest);
    expect(isOpen()).to.deep.equal({ routes: true, guard: true });
    known.see({ ...rest, kernel: { ...nothingRead, outOfReach } });
    expect(isOpen()).to.deep.equal({ routes: true, guard: true });
  });

  it('stays where a namespace or its container could not be read', () => {
    const kernel = world.kernel ?? nothingRead;
    const worker = world.containers.find(({ name }) => name === 'worker');
    const unreadable = { read: 'unreadable', why: 'Not now.' } as const;
    known.see({ ...world, kernel: { ...kernel, namespaces: new Map([[worker?.id ?? '', unreadable]]) } });
    expect(known.hasViaRoutes).to.equal(true);
    const containers = world.containers.map(each => ({ ...each, reading: unreadable }));
    known.see({ ...world, containers, kernel: { ...kernel, ...nothingRead } });
    expect(known.hasViaRoutes).to.equal(true);
  });

  it('goes with the container that it was read of', () => {
    const rest = withoutKernel(world);
    known.see({ ...rest, containers: world.containers.filter(({ name }) => name !== 'worker') });
    expect(known.hasViaRoutes).to.equal(false);
  });
});
