import { expect } from 'chai';
import { defaultConfig } from '../../src/lib/config/default-config.js';
import type { FairleadConfig } from '../../src/lib/config/schema.js';
import { ExitCode } from '../../src/lib/model/errors.js';
import { exitCodeOf } from '../../src/lib/model/report.js';
import { lines, WarpStage } from '../support/warp-stage.js';

type NetworkDeclaration = FairleadConfig['networks'][string];

const guardedNetwork: NetworkDeclaration = { external: false, on_drift: 'error', egress: 'warp' };

/** Networks that only warps may send out of, and who is put on them. */
function config(settings: Partial<NetworkDeclaration> = {}, names = ['vpns']): FairleadConfig {
  const base = defaultConfig();
  return {
    ...base,
    networks: Object.fromEntries(names.map(name => [name, { ...guardedNetwork, ...settings }])),
    attachments: [{ select: { names: ['warp-1', 'worker'] }, networks: names }],
  };
}

function stage(): WarpStage {
  const scene = new WarpStage();
  scene.run('warp-1');
  scene.run('worker');
  scene.config = config();
  return scene;
}

const guarded = ({ kernel }: WarpStage): readonly string[] =>
  (kernel.host.guard?.bridges ?? []).map(({ bridge }) => bridge);

/** On a network, while its bridge is not guarded. */
function exposed(scene: WarpStage, name = 'vpns'): string[] {
  const network = scene.daemon.networks.find(({ Name }) => Name === name);
  if (!network || guarded(scene).includes(scene.bridge(name))) return [];
  return scene.daemon.containers.flatMap(({ Name, Networks }) =>
    Object.values(Networks).some(({ NetworkID }) => NetworkID === network.Id) ? [Name] : [],
  );
}

describe('A guarded network', () => {
  it('that is created is guarded before anybody is connected to it', async () => {
    const scene = stage();
    const seen: string[] = [];
    scene.beforeChange = () => seen.push(...exposed(scene));
    const { report } = await scene.pass();
    expect(lines(report).map(line => line.replace(/ \(.*/, ''))).to.deep.equal([
      'done create vpns',
      'done guard vpns',
      'done connect warp-1 → vpns',
      'done connect worker → vpns',
    ]);
    expect(seen).to.deep.equal([]);
    // The warp leaves by the network it was created on, and needs no way out of this one.
    expect(scene.kernel.host.guard?.bridges.map(({ warps }) => warps)).to.deep.equal([[]]);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('is written down for the next boot by a pass that finds it guarded, and by no other', async () => {
    const scene = stage();
    const kept = (): readonly string[] | undefined => scene.kernel.keptForBoot?.map(({ bridge }) => bridge);
    await scene.pass();
    scene.kernel.keptForBoot = undefined;
    await scene.pass({ dryRun: true });
    await scene.pass({}, { only: ['proxies'] });
    expect(kept()).to.equal(undefined);
    await scene.pass();
    expect(kept()).to.deep.equal([scene.bridge('vpns')]);
    // What is declared and not in force stays written down: it is in force from the next boot on.
    scene.kernel.host = { interfaces: scene.kernel.host.interfaces, filtersBridged: false, nameServers: [] };
    await scene.pass({ heldBack: () => 'not now' });
    expect(kept()).to.deep.equal([scene.bridge('vpns')]);
    scene.config = { ...config({ egress: 'any' }), warp: { ...scene.config.warp, routes: [] } };
    scene.run('routed', { labels: { 'fairlead.warp': 'warp-1' } });
    await scene.pass();
    expect(kept()).to.deep.equal([]);
  });

  it('is not joined by anybody where it could not be guarded', async () => {
    const scene = stage();
    scene.kernel.setGuard = () => Promise.reject(new Error('nft: no space left'));
    const { report } = await scene.pass();
    expect(lines(report).slice(0, 4)).to.deep.equal([
      'done create vpns',
      'failed guard vpns: nft: no space left',
      'skipped connect warp-1 → vpns: the guard of its network could not be put in force',
      'skipped connect worker → vpns: the guard of its network could not be put in force',
    ]);
    expect(scene.daemon.container('worker').Networks).to.not.have.property('vpns');
    expect(exitCodeOf(report)).to.equal(ExitCode.failed);
  });

  it('does not keep anybody from networks that are not guarded', async () => {
    const scene = stage();
    const { networks, attachments, ...rest } = config();
    const open: NetworkDeclaration = { ...guardedNetwork, egress: 'any' };
    scene.config = {
      ...rest,
      networks: { ...networks, open },
      attachments: [...attachments, { select: { names: ['worker'] }, networks: ['open'] }],
    };
    scene.kernel.setGuard = () => Promise.reject(new Error('refused'));
    expect(lines((await scene.pass()).report)).to.include('done connect worker → open');
  });

  it('that is recreated is guarded before anybody is put back on it', async () => {
    const scene = stage();
    await scene.pass();
    const before = scene.bridge('vpns');
    scene.config = config({ internal: true, on_drift: 'recreate' });
    const seen: string[] = [];
    scene.beforeChange = () => seen.push(...exposed(scene));
    const { report } = await scene.pass();
    expect(lines(report)[0]).to.match(/^done recreate vpns \(2 members\)/);
    expect(scene.bridge('vpns')).to.not.equal(before);
    expect(seen).to.deep.equal([]);
    expect(guarded(scene)).to.deep.equal([scene.bridge('vpns')]);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('stays empty where it could not be guarded after it was recreated, until it can', async () => {
    const scene = stage();
    await scene.pass();
    scene.config = config({ internal: true, on_drift: 'recreate' });
    const setGuard = scene.kernel.setGuard.bind(scene.kernel);
    scene.kernel.setGuard = () => Promise.reject(new Error('refused'));
    await scene.pass();
    expect(exposed(scene)).to.deep.equal([]);
    scene.kernel.setGuard = setGuard;
    await scene.pass();
    expect(Object.keys(scene.daemon.container('worker').Networks)).to.include('vpns');
    expect(guarded(scene)).to.deep.equal([scene.bridge('vpns')]);
  });

  it('stays guarded where its recreation fails, is undone or is put off', async () => {
    for (const fails of ['DELETE', 'POST /networks/create', 'nothing']) {
      const scene = stage();
      await scene.pass();
      scene.config = config({ internal: true, on_drift: 'recreate' });
      let left = 1;
      scene.daemon.intercept = call =>
        call.startsWith(fails) && (left -= 1) >= 0
          ? { status: 500, body: { message: 'not today' } }
          : undefined;
      scene.beforeChange = () => {
        expect(exposed(scene), fails).to.deep.equal([]);
      };
      const { report } = await scene.pass({
        heldBack: ({ do: kind }) =>
          kind === 'recreate-network' && fails === 'nothing' ? 'failed lately' : undefined,
      });
      expect(lines(report)[0], fails).to.match(/^(failed|skipped) recreate/);
      expect(exposed(scene), fails).to.deep.equal([]);
      expect(Object.keys(scene.daemon.container('worker').Networks), fails).to.include('vpns');
    }
  });

  it('stays guarded while another one is recreated', async () => {
    const scene = stage();
    scene.config = config({}, ['vpns', 'other']);
    await scene.pass();
    scene.config = config({ internal: true, on_drift: 'recreate' }, ['vpns', 'other']);
    scene.beforeChange = () => {
      expect([...exposed(scene, 'vpns'), ...exposed(scene, 'other')]).to.deep.equal([]);
    };
    await scene.pass();
    scene.beforeChange();
    expect(await scene.planned()).to.deep.equal([]);
  });

  for (const [what, change] of [
    ['made', (scene: WarpStage) => Promise.resolve(scene)],
    [
      'recreated',
      async (scene: WarpStage) => {
        await scene.pass();
        scene.config = config({ internal: true, on_drift: 'recreate' });
      },
    ],
    [
      'guarded no more beside one that is',
      async (scene: WarpStage) => {
        scene.config = config({}, ['vpns', 'other']);
        await scene.pass();
        scene.config = config();
      },
    ],
  ] as const) {
    it(`has nobody on it unguarded wherever a run is killed while it is ${what}`, async () => {
      let cuts = 0;
      for (let isCut = true; isCut; cuts += 1) {
        const scene = stage();
        await change(scene);
        const look = (): void => {
          expect(exposed(scene), `cut after ${String(cuts)}`).to.deep.equal([]);
        };
        scene.beforeChange = look;
        scene.budget = cuts;
        await scene.pass();
        isCut = scene.budget === 0;
        scene.budget = Infinity;
        await scene.pass();
        look();
        scene.beforeChange = undefined;
        expect(await scene.planned(), `after a cut at ${String(cuts)}`).to.deep.equal([]);
        expect(scene.daemon.container('worker').Networks).to.have.property('vpns');
      }
      expect(cuts).to.be.above(1);
    });
  }

  it('is refused where the engine is on another host, and the rest is done', async () => {
    const scene = stage();
    const away = { code: 'remote-engine', why: 'It is elsewhere.', hints: [], exit: ExitCode.failed };
    scene.access = { outOfReach: away };
    const { report } = await scene.pass();
    expect(lines(report)).to.include('refused vpns: cannot be guarded: It is elsewhere.');
    expect(report.results.map(({ outcome }) => outcome)).to.deep.equal(['done', 'done', 'done']);
  });
});
