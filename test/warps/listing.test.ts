import { expect } from 'chai';
import type { Container } from '../../src/lib/model/container.js';
import { ExitCode } from '../../src/lib/model/errors.js';
import type { RoutingState } from '../../src/lib/model/routing.js';
import type { World } from '../../src/lib/model/world.js';
import { type WarpDeclaration, withCommandRoutes } from '../../src/lib/warps/routes/declaration.js';
import { listWarps } from '../../src/lib/warps/listing.js';
import { planWarpGuard, planWarps } from '../../src/lib/warps/plan.js';
import { planRoute } from '../../src/lib/warps/plan-route.js';
import { idOf, planText } from '../support/world.js';
import { bridge, declared, kernelWorld, placed, type PlacedSketch } from './scenes.js';

const net = bridge('net', '10.7.0.0/24');
const label = { 'fairlead.warp': 'vpn' };
const vpn = (sketch: PlacedSketch = {}): Container => placed('vpn', { at: { net: '10.7.0.2' }, ...sketch });
const gone = (): Container => vpn({ state: 'exited', pid: 0, at: { net: '' } });
const worker = (sketch: PlacedSketch = {}): Container =>
  placed('worker', { at: { net: '10.7.0.3' }, labels: label, ...sketch });

function routing(containers: readonly Container[], declaration = declared()): RoutingState {
  const [step] = planWarps(declaration, kernelWorld([net], containers)).steps;
  if (step?.do !== 'set-routing') throw new Error('it was not routed');
  return step.routing;
}

function states(seen: World, declaration: WarpDeclaration = declared()): string[] {
  return listWarps(declaration, seen).targets.map(
    ({ container, state, why }) => `${container} ${state}: ${why}`,
  );
}

describe('In the listing of warps a target is', () => {
  const asked = withCommandRoutes(declared(), { targets: ['worker'], via: 'vpn' });
  const plain = worker({ labels: {} });
  const outOfReach = { code: 'x', why: 'Not root.', hints: [], exit: ExitCode.privileges };
  const cases: readonly [name: string, seen: World, expected: string][] = [
    [
      'routed',
      kernelWorld([net], [vpn(), worker()], { routed: { worker: routing([vpn(), worker()]) } }),
      'worker routed: routed as declared (label fairlead.warp=vpn)',
    ],
    [
      'blocked while its warp is away',
      kernelWorld([net], [gone(), worker()], { routed: { worker: routing([gone(), worker()]) } }),
      'worker blocked: its warp vpn does not run (label fairlead.warp=vpn)',
    ],
    [
      'not routed yet',
      kernelWorld([net], [vpn(), worker()]),
      'worker not routed yet: label fairlead.warp=vpn',
    ],
    [
      'drifted when what is in place is not what is declared',
      kernelWorld([net], [gone(), worker()], { routed: { worker: routing([vpn(), worker()]) } }),
      'worker drifted: its warp vpn does not run: blocked',
    ],
    [
      'not running',
      kernelWorld([net], [vpn(), worker({ state: 'exited', pid: 0 })]),
      'worker not running: not running (exited)',
    ],
    [
      'refused',
      kernelWorld([net], [vpn(), worker({ networkMode: { kind: 'host' }, at: {} })]),
      "worker refused: in the host's own network: Fairlead changes no routing there",
    ],
    [
      'routed by hand',
      kernelWorld([net], [vpn(), plain], { routed: { worker: routing([vpn(), plain], asked) } }),
      'worker by hand: routed by hand',
    ],
    [
      'left over when nothing declares it any more',
      kernelWorld([net], [vpn(), plain], { routed: { worker: routing([vpn(), worker()]) } }),
      'worker left over: nothing declares it any more',
    ],
    [
      'unknown where nobody could look',
      kernelWorld([net], [vpn(), worker()], { outOfReach }),
      'worker unknown: Not root.',
    ],
  ];
  for (const [name, seen, expected] of cases) {
    it(name, () => expect(states(seen)).to.deep.equal([expected]));
  }

  it('routed in strict mode too, with an error for what cannot be promised', () => {
    const told = (strict: boolean): string[] =>
      listWarps(declared({ strict }), kernelWorld([net], [vpn(), worker()])).findings.map(({ find }) => find);
    expect(told(false)).to.deep.equal([]);
    expect(told(true)).to.include('refused');
  });

  it('shown with its way, and its warp with those who go through it', () => {
    const { targets, warps } = listWarps(declared(), kernelWorld([net], [vpn(), worker(), placed('warp-2')]));
    expect(targets[0]?.routes).to.deep.equal([
      { via: 'vpn', network: 'net', rules: ['0.0.0.0/0', '::/0'], open: true },
    ]);
    expect(
      warps.map(({ container, running, targets: through }) => [container, running, ...through]),
    ).to.deep.equal([
      ['vpn', true, 'worker'],
      ['warp-2', true],
    ]);
  });

  it('shown with a warp that does not exist', () => {
    const { warps } = listWarps(declared(), kernelWorld([net], [worker()]));
    expect(warps.map(({ container, running }) => [container, running])).to.deep.equal([['vpn', false]]);
  });
});

describe('A guarded network', () => {
  const bridgeName = `br-${idOf('net net').slice(0, 12)}`;
  const inForce = {
    whole: true,
    bridges: [{ bridge: bridgeName, warps: ['10.7.0.2'], dropped: 7 }],
  };

  it('lets out the warps that are on it, by name, label or pattern, and nobody else', () => {
    const seen = kernelWorld(
      [net],
      [
        vpn(),
        worker(),
        placed('warp-2', { at: { net: '10.7.0.5' } }),
        placed('web', { at: { net: '10.7.0.6' } }),
        placed('warp-3', { at: { elsewhere: '10.8.0.2' } }),
      ],
    );
    const [step] = planWarpGuard(declared({}, ['net']), seen).steps;
    expect(step?.do === 'set-guard' && step.guard.map(({ warps }) => warps)).to.deep.equal([
      ['10.7.0.2', '10.7.0.5'],
    ]);
  });

  it('lets out a warp that something was routed through by hand', () => {
    const asked = withCommandRoutes(declared(), { targets: ['worker'], via: 'vpn' });
    const plain = worker({ labels: {} });
    const seen = kernelWorld([net], [vpn(), plain], { routed: { worker: routing([vpn(), plain], asked) } });
    const [step] = planWarpGuard(declared({}, ['net']), seen).steps;
    expect(step?.do === 'set-guard' && step.guard.map(({ warps }) => warps)).to.deep.equal([['10.7.0.2']]);
  });

  it('that is recreated is guarded anew, on a bridge that nobody knows yet', () => {
    const seen = kernelWorld([net], [vpn(), worker()], { guard: inForce });
    const declaration = declared({}, ['net']);
    expect(planWarpGuard(declaration, seen).steps).to.deep.equal([]);
    const [step] = planWarpGuard(declaration, seen, new Set(['net'])).steps;
    expect(step?.do === 'set-guard' && step.guard).to.deep.equal([
      { network: { name: 'net' }, warps: ['10.7.0.2'] },
    ]);
  });

  it('is listed with what is held back, and beside it what is guarded and should not be', () => {
    const seen = kernelWorld([net], [vpn(), worker()], { guard: inForce });
    expect(listWarps(declared({}, ['net']), seen).guarded).to.deep.equal([
      {
        network: 'net',
        state: 'guarded',
        warps: ['10.7.0.2'],
        elsewhere: [],
        dropped: 7,
        why: 'as declared',
        caveats: [],
      },
    ]);
    expect(listWarps(declared(), seen).guarded.map(({ network, state }) => [network, state])).to.deep.equal([
      [bridgeName, 'left over'],
    ]);
    const fresh = kernelWorld([net], [vpn(), worker()]);
    expect(listWarps(declared({}, ['net']), fresh).guarded.map(({ state }) => state)).to.deep.equal([
      'not guarded yet',
    ]);
  });

  it('is listed with the warps that send on by another network, while they run', () => {
    const endpoints = [
      ...vpn().endpoints,
      { networkName: 'bridge', networkId: idOf('net bridge'), ipv4: '172.17.0.2' },
    ];
    const guard = { whole: true, bridges: [{ bridge: bridgeName, warps: [], dropped: 0 }] };
    const elsewhere = (state: 'running' | 'exited'): (readonly string[])[] => {
      const seen = kernelWorld([net], [{ ...vpn(), endpoints, state }, worker()], { guard });
      return listWarps(declared({}, ['net']), seen).guarded.map(listed => listed.elsewhere);
    };
    expect(elsewhere('running')).to.deep.equal([['vpn']]);
    expect(elsewhere('exited')).to.deep.equal([[]]);
  });

  it('comes before the routes of a pass over warps alone', () => {
    const plan = planRoute(declared({}, ['net']), kernelWorld([net], [vpn(), worker()]), {
      targets: [],
      complete: true,
    });
    expect(planText({ ...plan, findings: [] }).map(line => line.split(':')[0])).to.deep.equal([
      'guard net',
      'route worker → vpn on net',
    ]);
  });
});
