import { expect } from 'chai';
import * as fc from 'fast-check';
import { defaultConfig } from '../../../src/lib/config/default-config.js';
import { Memory } from '../../../src/lib/reconcile/observe/memory.js';
import { WarpStage } from '../../support/warp-stage.js';

const plainNetwork = { external: false, on_drift: 'error', egress: 'any' } as const;

/** Three that may be targets of each other, and a network that they are on. */
function stage(egress: 'any' | 'warp'): WarpStage {
  const scene = new WarpStage();
  scene.addNetwork('net');
  scene.addNetwork('other');
  scene.run('a', { networks: ['net'], labels: { 'fairlead.warp': 'b' } });
  scene.run('b', { networks: ['net', 'other'] });
  scene.run('c', { networks: ['other'], labels: { 'fairlead.warp': 'b' } });
  const base = defaultConfig();
  scene.config = {
    ...base,
    networks: { net: plainNetwork, guarded: { ...plainNetwork, egress } },
    attachments: [{ select: { names: ['b', 'c'] }, networks: ['guarded'] }],
    warp: { ...base.warp, nat: true },
  };
  return scene;
}

/** What is asked from here on. */
function asked(scene: WarpStage): () => string[] {
  const [calls, looks] = [scene.daemon.calls.length, scene.kernel.calls.length];
  const names = new Map(scene.daemon.containers.map(({ Id, Name }) => [Id, Name]));
  return () => [
    ...scene.daemon.calls.slice(calls).flatMap(call => {
      const [, id = ''] = /^GET \/containers\/(\w+)\/json$/.exec(call) ?? [];
      return id === '' || id === 'json' ? [] : `inspect ${names.get(id) ?? '?'}`;
    }),
    ...scene.kernel.calls.slice(looks).filter(call => call.startsWith('read')),
  ];
}

async function settled(egress: 'any' | 'warp' = 'any'): Promise<{ scene: WarpStage; memory: Memory }> {
  const [scene, memory] = [stage(egress), new Memory()];
  await scene.pass({}, { memory });
  await scene.pass({}, { memory });
  return { scene, memory };
}

describe('What passes remember', () => {
  it('is not asked for again', async () => {
    const { scene, memory } = await settled();
    const since = asked(scene);
    await scene.pass({}, { memory });
    expect(since()).to.deep.equal([]);
  });

  it('is read anew of whom an event names, and of nobody else', async () => {
    const { scene, memory } = await settled();
    scene.stop('a');
    scene.start('a');
    memory.forget([scene.idOf('a')]);
    const since = asked(scene);
    await scene.pass({ dryRun: true }, { memory });
    expect(since()).to.deep.equal(['inspect a', 'readNamespace a']);
  });

  it('is read anew of whom a step has changed', async () => {
    const { scene, memory } = await settled();
    scene.stop('a');
    scene.start('a');
    memory.forget([scene.idOf('a')]);
    await scene.pass({}, { memory });
    const since = asked(scene);
    await scene.pass({}, { memory });
    expect(since()).to.deep.equal(['inspect a', 'readNamespace a']);
  });

  it('is read anew where the list shows another state or address, though no event told of it', async () => {
    const { scene, memory } = await settled();
    scene.stop('b');
    scene.start('b', 66);
    const since = asked(scene);
    await scene.pass({ dryRun: true }, { memory });
    expect(since()).to.deep.equal(['inspect b', 'readNamespace b']);
  });

  it('is read anew of the host where there are other networks', async () => {
    const { scene, memory } = await settled();
    scene.addNetwork('new');
    const since = asked(scene);
    await scene.pass({ dryRun: true }, { memory });
    expect(since()).to.deep.equal(['readHost']);
  });

  it('is the guard never: one that somebody took away is back with the next pass, whoever it is for', async () => {
    const { scene, memory } = await settled('warp');
    expect(scene.kernel.host.guard?.bridges).to.have.lengthOf(1);
    await scene.kernel.setGuard([]);
    await scene.pass({}, { memory });
    expect(scene.kernel.host.guard?.bridges).to.have.lengthOf(1);
  });

  it('is not what is in the kernel, once all of that is to be read anew: rules that somebody cleared are back', async () => {
    const { scene, memory } = await settled();
    const namespace = scene.kernel.namespace(scene.idOf('a'));
    const { routing } = namespace;
    expect(routing.rules).not.to.deep.equal([]);
    namespace.routing = { ...routing, rules: [] };
    memory.forgetKernel();
    const since = asked(scene);
    await scene.pass({}, { memory });
    expect(since()).not.to.include('inspect b');
    expect(scene.kernel.namespace(scene.idOf('a')).routing.rules).to.deep.equal(routing.rules);
  });

  it('is read anew where somebody else has routed since', async () => {
    const { scene, memory } = await settled();
    scene.stop('a');
    scene.start('a');
    memory.forget([scene.idOf('a')]);
    await scene.pass({ dryRun: true }, { memory });
    // Another run does it, and nobody tells.
    await scene.pass();
    expect(await scene.planned(memory)).to.deep.equal([]);
  });

  it('is read anew where what is asked is more than was read', async () => {
    const { scene, memory } = await settled();
    scene.daemon.container('b').Labels = { 'fairlead.warp': 'a' };
    scene.daemon.container('a').Labels = {};
    expect(await scene.planned(memory)).to.deep.equal(await scene.planned());
  });

  it('is tried again where it could not be read', async () => {
    const { scene, memory } = await settled();
    memory.forget([scene.idOf('a')]);
    scene.kernel.namespace(scene.idOf('a')).unreadable = 'busy';
    await scene.pass({ dryRun: true }, { memory });
    delete scene.kernel.namespace(scene.idOf('a')).unreadable;
    expect(await scene.planned(memory)).to.deep.equal([]);
  });

  it('is bounded by what there is', async () => {
    const { scene, memory } = await settled();
    const { containers } = scene.daemon;
    const all = [...containers];
    containers.splice(0);
    await scene.pass({ dryRun: true }, { memory });
    // The very same again: only who has forgotten them asks.
    containers.push(...all);
    const since = asked(scene);
    await scene.pass({ dryRun: true }, { memory });
    expect(since()).to.have.members([
      ...['inspect a', 'inspect b', 'inspect c'],
      ...['readNamespace a', 'readNamespace b', 'readNamespace c'],
    ]);
  });
});

type Change = (scene: WarpStage, name: string) => void;

/** What may happen, each with the events that an engine tells of it, which name whom to forget. */
const happenings: Readonly<Record<string, Change>> = {
  stop: (scene, name) => {
    if (scene.daemon.container(name).State === 'running') scene.stop(name);
  },
  start: (scene, name) => {
    if (scene.daemon.container(name).State !== 'running') scene.start(name);
  },
  'start elsewhere': (scene, name) => {
    if (scene.daemon.container(name).State === 'running') scene.stop(name);
    scene.start(name, 100 + scene.daemon.calls.length);
  },
  leave: (scene, name) => {
    const container = scene.daemon.container(name);
    const kept = Object.entries(container.Networks).filter(([network]) => network !== 'other');
    container.Networks = Object.fromEntries(kept);
    scene.settle();
  },
  join: (scene, name) => {
    if (!('net' in scene.daemon.container(name).Networks)) scene.daemon.join(name, 'net');
    scene.settle();
  },
};

describe('Whatever happens between passes', () => {
  it('one that remembers plans what one plans that looks at everything', async () => {
    const happening = fc.record({
      what: fc.constantFrom(...Object.keys(happenings)),
      who: fc.constantFrom('a', 'b', 'c'),
      pass: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 8 }), async all => {
        const { scene, memory } = await settled('warp');
        for (const { what, who, pass } of all) {
          happenings[what]?.(scene, who);
          memory.forget([scene.idOf(who)]);
          if (pass) await scene.pass({}, { memory });
          expect(await scene.planned(memory), what).to.deep.equal(await scene.planned());
        }
      }),
      { numRuns: 60 },
    );
  });
});
