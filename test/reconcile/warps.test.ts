import { expect } from 'chai';
import { defaultConfig } from '../../src/lib/config/default-config.js';
import type { FairleadConfig } from '../../src/lib/config/schema.js';
import { ExitCode, FairleadError } from '../../src/lib/model/errors.js';
import { exitCodeOf } from '../../src/lib/model/report.js';
import { KernelError } from '../../src/lib/netns/kernel-error.js';
import { applyChanges } from '../support/kernel-routing.js';
import { pathOf, pathText } from '../support/packet-path.js';
import { lines, WarpStage } from '../support/warp-stage.js';

const label = { 'fairlead.warp': 'vpn' };
const plainNetwork = { external: false, on_drift: 'error', egress: 'any' } as const;

function config(
  settings: Partial<FairleadConfig> = {},
  warp: Partial<FairleadConfig['warp']> = {},
): FairleadConfig {
  const base = defaultConfig();
  return { ...base, ...settings, warp: { ...base.warp, ...warp } };
}

/** A target and its warp on `net`, and the warp on a network of its own besides. */
function stage(labels: Record<string, string> = label): WarpStage {
  const scene = new WarpStage();
  scene.addNetwork('net');
  scene.addNetwork('out');
  scene.run('vpn', { networks: ['out', 'net'] });
  scene.run('worker', { networks: ['net'], labels });
  return scene;
}

/** Where a packet of a container to somewhere outside goes. */
function path(scene: WarpStage, name = 'worker', to = '198.18.0.1'): string {
  const { routing, devices } = scene.kernel.namespace(scene.idOf(name));
  const main = { specific: devices.flatMap(({ subnets }) => subnets), hasDefault: true };
  return pathText(pathOf({ family: 'ipv4', to, protocol: 'tcp', port: 443 }, routing, main));
}

const gatewayOf = (text: string): string => /^via (\S+)/.exec(text)?.[1] ?? text;

describe('A whole pass with warps', () => {
  it('settles networks, memberships and routes at once, with addresses that come with a connect', async () => {
    const scene = new WarpStage();
    scene.addNetwork('out');
    scene.addNetwork('home');
    scene.run('vpn', { networks: ['out'] });
    scene.run('worker', { networks: ['home'], labels: label });
    scene.config = config({
      networks: { vpns: plainNetwork },
      attachments: [{ select: { names: ['vpn', 'worker'] }, networks: ['vpns'] }],
    });
    const { report } = await scene.pass();
    expect(lines(report).map(line => line.split(' ').slice(0, 2).join(' '))).to.deep.equal([
      // Closed, until there is a way.
      'done route',
      'done create',
      'done connect',
      'done connect',
      'done route',
    ]);
    expect(exitCodeOf(report)).to.equal(ExitCode.asDesired);
    expect(gatewayOf(path(scene))).to.equal(scene.daemon.container('vpn').Networks['vpns']?.IPAddress);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('ends after some rounds, and fails, where somebody else goes on changing things', async () => {
    const scene = stage();
    scene.config = config();
    scene.kernel.onChange = () => {
      scene.stop('worker');
      scene.start('worker');
      throw new KernelError('gone', 'ended', { exit: ExitCode.failed });
    };
    const { report } = await scene.pass();
    const outcomes = report.results.map(({ outcome }) => outcome);
    expect(outcomes).to.deep.equal(['unchanged', 'unchanged', 'unchanged', 'failed']);
    expect(exitCodeOf(report)).to.equal(ExitCode.failed);
  });

  it('makes up for what another run did at the same time', async () => {
    const scene = stage();
    const reports = await Promise.all([scene.pass(), scene.pass()]);
    expect(reports.map(({ report }) => exitCodeOf(report))).to.deep.equal([0, 0]);
    expect(path(scene)).to.match(/^via /);
    expect(await scene.planned()).to.deep.equal([]);
  });

  it('reads anew what was changed since it looked, and does the rest', async () => {
    const scene = stage();
    let isFirst = true;
    scene.beforeChange = () => {
      if (!isFirst) return;
      isFirst = false;
      const namespace = scene.kernel.namespace(scene.idOf('worker'));
      const rule = { family: 'ipv4', priority: 10_001, table: 254, suppressPrefixLength: 0 } as const;
      namespace.routing = applyChanges(namespace.routing, [{ change: 'add-rule', rule }]);
    };
    const { report } = await scene.pass();
    expect(lines(report)).to.deep.equal([`done route worker → vpn on net`]);
    expect(path(scene)).to.match(/^via /);
    expect(scene.kernel.calls.filter(call => call === 'changeRouting worker')).to.have.length(2);
  });

  it('routes the new namespace of a target that was started anew between the look and the change', async () => {
    const scene = stage();
    let looks = 0;
    scene.daemon.intercept = call => {
      // The second look at the target is to make sure that it is still the one.
      if (call === `GET /containers/${scene.idOf('worker')}/json` && (looks += 1) === 2) {
        scene.stop('worker');
        scene.start('worker');
      }
      return undefined;
    };
    const { report } = await scene.pass();
    expect(lines(report)).to.deep.equal([
      'unchanged route worker → vpn on net: has ended or been restarted',
      'done route worker → vpn on net',
    ]);
    expect(path(scene)).to.match(/^via /);
  });

  it('takes back what nobody declares any more, and NAT with it', async () => {
    const scene = stage({});
    scene.config = config({}, { routes: [{ target: { names: ['worker'] }, via: 'vpn', nat: true }] });
    await scene.pass();
    expect(scene.kernel.namespace(scene.idOf('vpn')).warpSide.hasOwn).to.equal(true);
    scene.config = config();
    const { report } = await scene.pass();
    expect(lines(report)).to.deep.equal(['done unroute worker', 'done remove NAT vpn']);
    expect(path(scene)).to.equal('main');
  });

  it('takes NAT back from a warp that nobody names any more, though the run before was killed on the way', async () => {
    const scene = stage({});
    scene.config = config({}, { routes: [{ target: { names: ['worker'] }, via: 'vpn', nat: true }] });
    await scene.pass();
    scene.config = config();
    scene.beforeChange = () => {
      if (path(scene) === 'main' && scene.kernel.calls.at(-1) === 'setNat vpn') scene.budget = 0;
    };
    await scene.pass();
    expect(path(scene)).to.equal('main');
    scene.beforeChange = undefined;
    scene.budget = Infinity;
    const { report } = await scene.pass();
    expect(lines(report)).to.deep.equal(['done remove NAT vpn']);
    expect(scene.kernel.namespace(scene.idOf('vpn')).warpSide.hasOwn).to.equal(false);
  });

  it('keeps what was routed by hand, and closes it when its warp has gone', async () => {
    const scene = stage();
    await scene.pass();
    // As `warp route` places it: in tables of its own.
    const namespace = scene.kernel.namespace(scene.idOf('worker'));
    namespace.routing = {
      ...namespace.routing,
      rules: namespace.routing.rules.map(rule => ({ ...rule, table: byHand(rule.table) })),
      routes: namespace.routing.routes.map(route => ({ ...route, table: byHand(route.table) })),
    };
    scene.daemon.container('worker').Labels = {};
    expect(await scene.planned()).to.deep.equal([]);
    scene.stop('vpn');
    await scene.pass();
    expect(path(scene)).to.equal('unreachable');
  });
});

function byHand(table: number): number {
  return table === 254 ? table : table + 100_000;
}

describe('Where warps cannot be worked on', () => {
  const mixed = config({ networks: { shared: plainNetwork } });

  it('nothing at all is begun without the rights', async () => {
    const scene = stage();
    scene.config = mixed;
    scene.kernel.failAt(1, new KernelError('privileges', 'Not root.', { exit: ExitCode.privileges }));
    let thrown: unknown;
    try {
      await scene.pass();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.be.instanceOf(FairleadError).with.property('exit', ExitCode.privileges);
    expect(scene.daemon.calls.filter(call => !call.startsWith('GET'))).to.deep.equal([]);
    expect(scene.kernel.changes).to.deep.equal([]);
  });

  it('the rest is done where that is wanted, and what needs the rights fails', async () => {
    const scene = stage();
    scene.config = mixed;
    const missing = new KernelError('privileges', 'Not root.', { exit: ExitCode.privileges });
    const refuse = (): Promise<never> => Promise.reject(missing);
    Object.assign(scene.kernel, { check: refuse, changeRouting: refuse });
    const { report } = await scene.pass({ partial: true });
    expect(lines(report)).to.include('done create shared');
    expect(
      report.results.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step.do),
    ).to.include('set-routing');
    expect(exitCodeOf(report)).to.equal(ExitCode.privileges);
  });

  it('for the engine is on another host, that is refused and the rest is done', async () => {
    const scene = stage();
    scene.config = mixed;
    scene.access = {
      outOfReach: { code: 'remote-engine', why: 'It is elsewhere.', hints: [], exit: ExitCode.failed },
    };
    const { report } = await scene.pass();
    expect(lines(report)).to.deep.equal(['done create shared', 'refused worker: It is elsewhere.']);
    expect(exitCodeOf(report)).to.equal(ExitCode.failed);
  });
});

interface Scenario {
  readonly name: string;
  readonly build: () => Promise<WarpStage>;
  /** Whether the first change is to close a way that has become a stranger's. */
  readonly closesFirst?: true;
  /** Where packets may go once they go elsewhere than before. */
  readonly allowed: (scene: WarpStage) => readonly string[];
}

const vpnOn = (scene: WarpStage, name = 'vpn'): string =>
  scene.daemon.container(name).Networks['net']?.IPAddress ?? '';

const scenarios: readonly Scenario[] = [
  {
    name: 'a target is routed for the first time',
    build: () => Promise.resolve(stage()),
    allowed: scene => ['unreachable', vpnOn(scene)],
  },
  {
    name: 'its warp came back with another address',
    closesFirst: true,
    build: async () => {
      const scene = stage();
      await scene.pass();
      scene.stop('vpn');
      scene.start('vpn', 77);
      return scene;
    },
    allowed: scene => ['unreachable', vpnOn(scene)],
  },
  {
    name: 'its warp is gone',
    closesFirst: true,
    build: async () => {
      const scene = stage();
      await scene.pass();
      scene.stop('vpn');
      return scene;
    },
    allowed: () => ['unreachable'],
  },
  {
    name: 'it is declared to go through another warp, with NAT',
    build: async () => {
      const scene = stage({});
      scene.run('tor', { networks: ['net'] });
      const via = (name: string): FairleadConfig =>
        config({}, { routes: [{ target: { names: ['worker'] }, via: name, nat: true }] });
      scene.config = via('vpn');
      await scene.pass();
      scene.config = via('tor');
      return scene;
    },
    allowed: scene => ['unreachable', vpnOn(scene), vpnOn(scene, 'tor')],
  },
  {
    name: 'the priorities are others',
    build: async () => {
      const scene = stage();
      await scene.pass();
      scene.config = config({}, { priority_base: 20_000 });
      return scene;
    },
    allowed: scene => ['unreachable', vpnOn(scene)],
  },
  {
    name: 'a network is made, and two are connected to it',
    build: async () => {
      const scene = new WarpStage();
      scene.addNetwork('net');
      scene.addNetwork('out');
      scene.run('vpn', { networks: ['out'] });
      scene.run('worker', { networks: ['net'], labels: label });
      scene.config = config({
        networks: { vpns: plainNetwork },
        attachments: [{ select: { names: ['vpn', 'worker'] }, networks: ['vpns'] }],
      });
      return Promise.resolve(scene);
    },
    allowed: scene => ['unreachable', scene.daemon.container('vpn').Networks['vpns']?.IPAddress ?? ''],
  },
];

describe('A pass that is killed after any change', () => {
  for (const { name, build, allowed, closesFirst } of scenarios) {
    it(`lets nothing past a warp, and is finished by the next, when ${name}`, async () => {
      let cuts = 0;
      for (let isCut = true; isCut; cuts += 1) {
        const scene = await build();
        const first = gatewayOf(path(scene));
        let hasLeft = false;
        const look = (): void => {
          const now = gatewayOf(path(scene));
          hasLeft ||= now !== first;
          const may = [...allowed(scene), ...(hasLeft ? [] : [first])];
          expect(may, `cut after ${String(cuts)}`).to.include(now);
        };
        scene.budget = cuts;
        scene.beforeChange = look;
        await scene.pass();
        look();
        if (closesFirst) expect(hasLeft).to.equal(cuts > 0);
        isCut = scene.budget === 0;
        scene.budget = Infinity;
        await scene.pass();
        look();
        scene.beforeChange = undefined;
        expect(await scene.planned(), `after a cut at ${String(cuts)}`).to.deep.equal([]);
        expect(allowed(scene)).to.include(gatewayOf(path(scene)));
      }
      expect(cuts).to.be.above(1);
    });
  }
});
