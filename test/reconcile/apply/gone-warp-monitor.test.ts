import { expect } from 'chai';
import { defaultConfig } from '../../../src/lib/config/default-config.js';
import { setImmediate } from 'node:timers/promises';
import { ExitCode } from '../../../src/lib/model/errors.js';
import { backstopMetric, type RoutingState, type ViaRoute } from '../../../src/lib/model/routing.js';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { Memory } from '../../../src/lib/reconcile/observe/memory.js';
import { KernelError } from '../../../src/lib/netns/kernel-error.js';
import type { Report } from '../../../src/lib/model/report.js';
import { apply } from '../../../src/lib/reconcile/apply/apply.js';
import { KnownRoutings } from '../../../src/lib/reconcile/apply/known-routings.js';
import { planStaleRouteRemoval } from '../../../src/lib/warps/changes/stale-routes.js';
import { warpMetric } from '../../../src/lib/warps/policy/warp-metric.js';
import { changeText, routingText } from '../../support/routing-text.js';
import { lines, WarpStage } from '../../support/warp-stage.js';
import { placed } from '../../warps/scenes.js';

const label = { 'fairlead.warp': 'vpn' };
const shared = { external: false, on_drift: 'error', egress: 'any' } as const;

/** A routed target, and somebody who is to be put on a network: what has to be asked of the engine. */
async function stage(): Promise<WarpStage> {
  const scene = new WarpStage();
  scene.addNetwork('net');
  scene.run('vpn', { networks: ['net'] });
  scene.run('worker', { networks: ['net'], labels: label });
  await scene.pass();
  scene.run('web', { networks: ['net'] });
  scene.config = {
    ...scene.config,
    networks: { shared },
    attachments: [{ select: { names: ['web'] }, networks: ['shared'] }],
  };
  return scene;
}

let unexpected: unknown;

/** Has the engine take its time over a connect: until this has happened. */
function holdConnect(scene: WarpStage, happens: () => Promise<void>): void {
  const { engine } = scene;
  const connect = engine.connect.bind(engine);
  Object.assign(engine, {
    connect: async (...args: Parameters<typeof connect>) => {
      // What is expected of it would otherwise be no more than a step that failed.
      await happens().catch((error: unknown) => (unexpected ??= error));
      return connect(...args);
    },
  });
}

function openRoutesIn(scene: WarpStage, name = 'worker'): number {
  const { routes } = scene.kernel.namespace(scene.idOf(name)).routing;
  return routes.filter(({ type }) => type === 'via').length;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

describe('A warp that ends while the engine is at something', () => {
  beforeEach(() => (unexpected = undefined));
  afterEach(() => {
    if (unexpected !== undefined) throw unexpected as Error;
  });

  it('has the routes to it closed before that is done', async () => {
    const scene = await stage();
    holdConnect(scene, async () => {
      scene.stop('vpn');
      await until(() => openRoutesIn(scene) === 0);
    });
    const { report } = await scene.pass();
    expect(lines(report)).to.deep.equal([
      'done create shared',
      'done route worker → vpn (blocked)',
      'done connect web → shared',
    ]);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('has them opened again by the same run where it comes back', async () => {
    const scene = await stage();
    holdConnect(scene, async () => {
      scene.stop('vpn');
      await until(() => openRoutesIn(scene) === 0);
      scene.start('vpn', 77);
    });
    await scene.pass();
    expect(openRoutesIn(scene)).to.equal(1);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('has the route to its old address closed, though one to the new address is planned for later', async () => {
    const scene = await stage();
    scene.stop('vpn');
    scene.start('vpn', 77);
    holdConnect(scene, () => until(() => openRoutesIn(scene) === 0));
    const { report } = await scene.pass();
    expect(lines(report)).to.include('done route worker → vpn (blocked)');
    expect(openRoutesIn(scene)).to.equal(1);
  });

  it('and the engine that does not answer, is looked for again', async () => {
    const scene = await stage();
    let refusals = 0;
    holdConnect(scene, async () => {
      scene.stop('vpn');
      scene.daemon.intercept = call => {
        if (call !== 'GET /containers/json' || refusals === 2) return undefined;
        refusals += 1;
        return { status: 500, body: { message: 'busy' } };
      };
      await until(() => openRoutesIn(scene) === 0);
    });
    await scene.pass();
    expect(refusals).to.equal(2);
  });

  it('is told of where they cannot be closed, and not tried at again and again', async () => {
    const scene = await stage();
    const { kernel } = scene;
    let tries = 0;
    const change = kernel.changeRouting.bind(kernel);
    holdConnect(scene, async () => {
      scene.stop('vpn');
      kernel.changeRouting = () => {
        tries += 1;
        return Promise.reject(new KernelError('refused', 'No.', { exit: ExitCode.failed }));
      };
      await until(() => tries === 1);
      const looks = listings(scene);
      await until(() => listings(scene) > looks + 1);
      expect(tries).to.equal(1);
      kernel.changeRouting = change;
    });
    const { report } = await scene.pass();
    expect(lines(report)).to.include('failed route worker → vpn (blocked): No.');
    // Another round has closed them.
    expect(openRoutesIn(scene)).to.equal(0);
  });

  it('has the routes to it closed beside a route that is being opened, and that one right after', async () => {
    const scene = await stage();
    const { kernel } = scene;
    scene.run('late', { networks: ['net'], labels: label });
    const change = kernel.changeRouting.bind(kernel);
    const under: string[] = [];
    let most = 0;
    kernel.changeRouting = async (process, changes, confirm) => {
      under.push(process.name);
      most = Math.max(most, under.filter(name => name === process.name).length);
      const opens = changes.some(each => each.change === 'set-route' && each.route.type === 'via');
      if (process.name === 'late' && opens) {
        scene.stop('vpn');
        await until(() => openRoutesIn(scene) === 0);
      }
      await change(process, changes, confirm);
      under.splice(under.indexOf(process.name), 1);
    };
    await scene.pass();
    expect(most).to.equal(1);
    expect([openRoutesIn(scene), openRoutesIn(scene, 'late')]).to.deep.equal([0, 0]);
  });

  it('has the routes to it closed while the engine does not say who is in the namespace of another', async () => {
    const scene = await stage();
    scene.run('stuck', { networks: ['net'], labels: label });
    const inspect = scene.engine.inspectContainer.bind(scene.engine);
    let hangs = false;
    const { kernel } = scene;
    const change = kernel.changeRouting.bind(kernel);
    kernel.changeRouting = (process, ...rest) => {
      hangs ||= process.name === 'stuck';
      return change(process, ...rest);
    };
    Object.assign(scene.engine, {
      inspectContainer: async (...args: Parameters<typeof inspect>) => {
        if (hangs && args[0].name === 'stuck') {
          hangs = false;
          scene.stop('vpn');
          await until(() => openRoutesIn(scene) === 0);
        }
        return inspect(...args);
      },
    });
    await scene.pass();
    expect(openRoutesIn(scene, 'stuck')).to.equal(0);
  });

  it('has them closed while the pass still reads, where one before it knew of them', async () => {
    const scene = await stage();
    const known = new KnownRoutings();
    await scene.pass({ known });
    const listNetworks = scene.engine.listNetworks.bind(scene.engine);
    let reads = 0;
    Object.assign(scene.engine, {
      listNetworks: async (...args: Parameters<typeof listNetworks>) => {
        reads += 1;
        if (reads === 1) {
          scene.stop('vpn');
          await until(() => openRoutesIn(scene) === 0);
        }
        return listNetworks(...args);
      },
    });
    const { report } = await scene.pass({ known });
    expect(lines(report)[0]).to.equal('done route worker → vpn (blocked)');
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('and a pass that fails then: the closing is in the report of the next one, which opens what came back', async () => {
    const scene = await stage();
    const known = new KnownRoutings();
    const memory = new Memory();
    await scene.pass({ known }, { memory });
    const listNetworks = scene.engine.listNetworks.bind(scene.engine);
    Object.assign(scene.engine, {
      listNetworks: async () => {
        scene.stop('vpn');
        await until(() => openRoutesIn(scene) === 0);
        throw new EngineError('No.', { failure: 'timeout' });
      },
    });
    let failure: unknown;
    await scene.pass({ known }, { memory }).catch((error: unknown) => (failure = error));
    expect(failure).to.be.instanceOf(EngineError);
    Object.assign(scene.engine, { listNetworks });
    scene.start('vpn');
    const { report } = await scene.pass({ known }, { memory });
    expect(lines(report)).to.deep.equal([
      'done route worker → vpn (blocked)',
      'done route worker → vpn on net',
    ]);
    expect(openRoutesIn(scene)).to.equal(1);
  });

  it('has nothing closed that a step under way has moved to another warp by then', async () => {
    const scene = await stage();
    scene.run('tor', { networks: ['net'] });
    scene.run('helper', { networks: ['net'] });
    scene.daemon.container('worker').Labels = { 'fairlead.warp': 'tor' };
    const { kernel } = scene;
    const change = kernel.changeRouting.bind(kernel);
    const left: string[][] = [];
    kernel.changeRouting = async (process, ...rest) => {
      if (left.length === 0) {
        scene.stop('vpn');
        const looks = listings(scene);
        await until(() => listings(scene) > looks);
        for (let turns = 0; turns < 50; turns += 1) await setImmediate();
      }
      await change(process, ...rest);
      left.push(routingText(kernel.namespace(scene.idOf('worker')).routing));
    };
    const { report } = await scene.pass();
    expect(lines(report)).to.deep.equal([
      'done create shared',
      'done connect web → shared',
      'done route worker → tor on net',
    ]);
    expect(left).to.have.length(1);
    expect(openRoutesIn(scene)).to.equal(1);
  });

  it('has the routes to it closed also by a pass that looks into no namespace, where one before it did', async () => {
    const scene = await stage();
    const known = new KnownRoutings();
    scene.addNetwork('shared');
    const { config } = scene;
    scene.config = { ...config, attachments: [] };
    await scene.pass({ known });
    scene.config = config;
    holdConnect(scene, async () => {
      scene.stop('vpn');
      await until(() => openRoutesIn(scene) === 0);
    });
    const { report } = await scene.pass({ known }, { only: ['attachments'] });
    expect(lines(report)).to.deep.equal(['done route worker → vpn (blocked)', 'done connect web → shared']);
    expect(scene.kernel.calls.filter(call => call === 'changeRouting worker')).to.have.length(2);
  });
});

describe('Routes that are removed where something else is by now', () => {
  /** A closing that was planned while all went to the one, and what has been set up since: all goes to the other. */
  async function moved(): Promise<{ scene: WarpStage; close: () => Promise<Report> }> {
    const scene = await stage();
    scene.config = defaultConfig();
    const known = new KnownRoutings();
    const { seen } = await scene.pass({ known });
    const steps = planStaleRouteRemoval(
      known.all(),
      seen.containers.filter(({ name }) => name !== 'vpn'),
    );
    expect(steps).to.have.length(1);
    scene.run('tor', { networks: ['net'] });
    scene.daemon.container('worker').Labels = { 'fairlead.warp': 'tor' };
    await scene.pass();
    const { engine, kernel } = scene;
    return { scene, close: () => apply(engine, seen.engine, { steps, findings: [] }, { kernel, known }) };
  }

  it('leave what is there as it is, and have it looked at again', async () => {
    const { scene, close } = await moved();
    const { routing } = scene.kernel.namespace(scene.idOf('worker'));
    const { results } = await close();
    expect(scene.kernel.namespace(scene.idOf('worker')).routing).to.deep.equal(routing);
    expect(openRoutesIn(scene)).to.equal(1);
    expect(results.map(({ outcome, needsAnotherRound }) => [outcome, needsAnotherRound])).to.deep.equal([
      ['unchanged', true],
    ]);
  });

  it('never leave a rule less or a route more, whatever is there', async () => {
    const { scene, close } = await moved();
    const namespace = scene.kernel.namespace(scene.idOf('worker'));
    const { rules, routes } = namespace.routing;
    // Half of what was set up, as a run that was killed leaves it.
    namespace.routing = { rules, routes: routes.filter(({ type }) => type === 'unreachable') };
    await close();
    expect(namespace.routing.rules).to.deep.equal(rules);
    expect(openRoutesIn(scene)).to.equal(0);
  });
});

function listings(scene: WarpStage): number {
  return scene.daemon.calls.filter(call => call === 'GET /containers/json').length;
}

describe('Stale routes', () => {
  const vpn = placed('vpn', { at: { net: '10.7.0.2' } });
  const tor = placed('tor', { at: { net: '10.7.0.3' } });
  const container = { id: 'w', name: 'worker', pid: 7, startedAt: '' };
  const way = (id: string, table: number, gateway: string): ViaRoute => ({
    type: 'via',
    family: 'ipv4',
    table,
    gateway,
    device: 'eth0',
    metric: warpMetric(id),
  });
  const end = (table: number) =>
    ({ type: 'unreachable', family: 'ipv4', table, metric: backstopMetric }) as const;
  const ways = [way(vpn.id, 21_400_001, '10.7.0.2'), way(tor.id, 21_500_002, '10.7.0.3')];
  const routing: RoutingState = { rules: [], routes: [...ways, end(21_400_001), end(21_500_002)] };
  const closed = (containers: readonly (typeof vpn)[], there = routing): string[][] =>
    planStaleRouteRemoval([{ container, routing: there }], containers).map(({ changes }) =>
      changes.map(changeText),
    );

  it('are those whose warp has ended or has another address, and no others', () => {
    expect(closed([vpn, tor])).to.deep.equal([]);
    const [toVpn, toTor] = ways.map(route => changeText({ change: 'delete-route', route }));
    expect(closed([tor])).to.deep.equal([[toVpn]]);
    const moved = placed('tor', { at: { net: '10.7.0.9' } });
    expect(closed([vpn, moved])).to.deep.equal([[toTor]]);
    expect(closed([])).to.deep.equal([[toVpn, toTor]]);
  });

  it('are not somebody’s who has the address now', () => {
    const stranger = placed('stranger', { at: { net: '10.7.0.2' } });
    expect(closed([stranger, tor])).to.have.length(1);
  });

  it('have their traffic ended first where nothing ends it, and that stays', () => {
    const bare = { rules: [], routes: ways };
    const [toVpn] = ways.map(route => changeText({ change: 'delete-route', route }));
    expect(closed([tor], bare)).to.deep.equal([
      [changeText({ change: 'set-route', route: end(21_400_001) }), toVpn],
    ]);
  });
});
