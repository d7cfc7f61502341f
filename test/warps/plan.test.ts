import { expect } from 'chai';
import type { Container } from '../../src/lib/model/container.js';
import { bridgeOf } from '../../src/lib/model/guard.js';
import { ExitCode } from '../../src/lib/model/errors.js';
import type { Plan } from '../../src/lib/model/plan.js';
import { type RoutingState, noRouting } from '../../src/lib/model/routing.js';
import type { World } from '../../src/lib/model/world.js';
import { type WarpDeclaration, withCommandRoutes } from '../../src/lib/warps/routes/declaration.js';
import { planWarps } from '../../src/lib/warps/plan.js';
import { type RouteScope, planRoute } from '../../src/lib/warps/plan-route.js';
import { tableOf } from '../../src/lib/warps/policy/tables.js';
import { planText } from '../support/world.js';
import { bridge, declared, kernelWorld, namespaceOf, placed, type PlacedSketch } from './scenes.js';

const label = { 'fairlead.warp': 'vpn' };
const net = bridge('net', '10.7.0.0/24');
const vpn = (sketch: PlacedSketch = {}): Container => placed('vpn', { at: { net: '10.7.0.2' }, ...sketch });
const worker = (sketch: PlacedSketch = {}): Container =>
  placed('worker', { at: { net: '10.7.0.3' }, labels: label, ...sketch });

/** A command for these targets, by somebody who has no config. */
const only = (...targets: string[]): RouteScope => ({ targets, complete: false });

/** Steps and what is said of targets, without what is to be known of routing and warps as such. */
function lines(plan: Plan): string[] {
  return planText({
    steps: plan.steps,
    findings: plan.findings.filter(
      ({ find }) => find !== 'warning' && find !== 'caveat' && find !== 'ignored',
    ),
  });
}

const warpPlan = (seen: World, declaration: WarpDeclaration = declared()): string[] =>
  lines(planWarps(declaration, seen));

/** What a plan leaves in the namespace of a container. */
function routingAfter(plan: Plan, name: string): RoutingState {
  const step = plan.steps.find(
    each => (each.do === 'set-routing' || each.do === 'clear-routing') && each.container.name === name,
  );
  return step?.do === 'set-routing' ? step.routing : noRouting;
}

/** The routing of the worker once it was routed by what is declared. */
function routedBefore(declaration = declared(), containers = [vpn(), worker()]): RoutingState {
  return routingAfter(planWarps(declaration, kernelWorld([net], containers)), 'worker');
}

/** Ways out that a routing has. */
function ways({ routes }: RoutingState): string[] {
  return routes.flatMap(route => (route.type === 'via' ? [`${route.gateway} dev ${route.device}`] : []));
}

describe('The plan for a target', () => {
  it('says which names of declared targets no container has, and which may have been meant', () => {
    const routes = ['workr', 'w*', 'x*'].map(name => ({ target: { names: [name] }, via: 'vpn' }));
    const { findings } = planWarps(declared({ routes }), kernelWorld([net], [vpn(), worker({ labels: {} })]));
    const absent = findings.filter(({ find }) => find === 'unmatched');
    expect(absent).to.deep.equal([
      {
        find: 'unmatched',
        job: 'warps',
        container: 'workr',
        reason: 'no container has this name (warp.routes[0]); did you mean worker?',
      },
      {
        find: 'unmatched',
        job: 'warps',
        container: 'x*',
        reason: 'no container has this name (warp.routes[2])',
      },
    ]);
  });

  it('routes it the first time, for its label', () => {
    expect(warpPlan(kernelWorld([net], [vpn(), worker()]))).to.deep.equal([
      'route worker → vpn on net: label fairlead.warp=vpn',
    ]);
  });

  it('finds nothing to do the second time', () => {
    const seen = kernelWorld([net], [vpn(), worker()], { routed: { worker: routedBefore() } });
    expect(warpPlan(seen)).to.deep.equal(['unchanged worker: routed as declared (label fairlead.warp=vpn)']);
  });

  it('closes it before anything else when its warp has died, and keeps its rules', () => {
    const seen = kernelWorld([net], [vpn({ state: 'exited', pid: 0, at: { net: '' } }), worker()], {
      routed: { worker: routedBefore() },
    });
    const plan = planWarps(declared(), seen);
    expect(lines(plan)).to.deep.equal(['route worker → vpn (blocked): its warp vpn does not run: blocked']);
    const after = routingAfter(plan, 'worker');
    expect(ways(after)).to.deep.equal([]);
    expect(after.rules).to.deep.equal(routedBefore().rules);
  });

  it('says so, and changes nothing, while its warp stays away', () => {
    const gone = [vpn({ state: 'exited', pid: 0, at: { net: '' } }), worker()];
    const seen = kernelWorld([net], gone, { routed: { worker: routedBefore(declared(), gone) } });
    expect(warpPlan(seen)).to.deep.equal([
      'blocked worker: its warp vpn does not run (label fairlead.warp=vpn)',
    ]);
  });

  it('blocks a new one whose warp is not there, rather than let it out', () => {
    const plan = planWarps(declared(), kernelWorld([net], [worker()]));
    expect(lines(plan)).to.deep.equal(['route worker → vpn (blocked): there is no container vpn: blocked']);
    expect(ways(routingAfter(plan, 'worker'))).to.deep.equal([]);
    expect(routingAfter(plan, 'worker').routes).to.not.deep.equal([]);
  });

  it('opens it again when its warp is back, at whatever address', () => {
    const gone = [vpn({ state: 'exited', pid: 0, at: { net: '' } }), worker()];
    const closed = routedBefore(declared(), gone);
    const seen = kernelWorld([net], [vpn({ at: { net: '10.7.0.99' } }), worker()], {
      routed: { worker: closed },
    });
    const plan = planWarps(declared(), seen);
    expect(lines(plan)).to.deep.equal([
      'route worker → vpn on net: label fairlead.warp=vpn: its warp can be reached again',
    ]);
    expect(ways(routingAfter(plan, 'worker'))).to.deep.equal(['10.7.0.99 dev eth0']);
  });

  it('takes the old address away before it uses the new one, when its warp was recreated', () => {
    const again = { ...vpn({ at: { net: '10.7.0.50' } }), id: 'f'.repeat(64) };
    const plan = planWarps(
      declared(),
      kernelWorld([net], [again, worker()], { routed: { worker: routedBefore() } }),
    );
    const [step] = plan.steps;
    const changes = step?.do === 'set-routing' ? step.changes : [];
    const order = changes.flatMap(change =>
      'route' in change && change.route.type === 'via' ? [`${change.change} ${change.route.gateway}`] : [],
    );
    expect(order).to.deep.equal(['delete-route 10.7.0.2', 'set-route 10.7.0.50']);
  });

  it('repairs what somebody removed', () => {
    const before = routedBefore();
    const seen = kernelWorld([net], [vpn(), worker()], {
      routed: { worker: { ...before, rules: before.rules.slice(1) } },
    });
    expect(warpPlan(seen)).to.deep.equal([
      'route worker → vpn on net: label fairlead.warp=vpn: what is in place is not what is declared',
    ]);
  });

  it('never lets IPv6 past a warp that has none', () => {
    const routing = routedBefore();
    expect(routing.routes.filter(({ family }) => family === 'ipv6').map(({ type }) => type)).to.deep.equal([
      'unreachable',
    ]);
  });

  it('plans nothing for IPv6 where the kernel has none, routed or refused, and nothing the second time', () => {
    for (const warp of [vpn(), vpn({ at: { other: '10.9.0.2' } })]) {
      const without = (routing?: RoutingState): World =>
        kernelWorld([net, bridge('other', '10.9.0.0/24')], [warp, worker()], {
          readings: { worker: namespaceOf(worker(), routing, { lacksIpv6: true }) },
        });
      const plan = planWarps(declared(), without());
      const placedThere = routingAfter(plan, 'worker');
      expect([...placedThere.rules, ...placedThere.routes].map(({ family }) => family)).to.include('ipv4');
      expect(JSON.stringify(plan.steps)).not.to.include('ipv6');
      expect(planWarps(declared(), without(placedThere)).steps).to.deep.equal([]);
    }
  });

  it('clears what nobody declares any more', () => {
    const seen = kernelWorld([net], [vpn(), worker({ labels: {} })], { routed: { worker: routedBefore() } });
    expect(warpPlan(seen)).to.deep.equal(['unroute worker: nothing declares it any more']);
  });

  it('says what cannot be promised before it is routed, and not again when its warp dies or returns', () => {
    const warnings = (plan: Plan): number =>
      plan.findings.filter(({ find, container }) => find === 'warning' && container === 'worker').length;
    expect(warnings(planWarps(declared(), kernelWorld([net], [vpn(), worker()])))).to.be.above(0);
    const gone = vpn({ state: 'exited', pid: 0, at: { net: '' } });
    const dying = kernelWorld([net], [gone, worker()], { routed: { worker: routedBefore() } });
    expect(warnings(planWarps(declared(), dying))).to.equal(0);
    const closed = routedBefore(declared(), [gone, worker()]);
    const back = kernelWorld([net], [vpn(), worker()], { routed: { worker: closed } });
    expect(warnings(planWarps(declared(), back))).to.equal(0);
  });

  it('is routed in strict mode too, and its leak that nobody can close is an error each time', () => {
    const declaration = declared({ strict: true });
    const first = planWarps(declaration, kernelWorld([net], [vpn(), worker()]));
    expect(ways(routingAfter(first, 'worker'))).to.deep.equal(['10.7.0.2 dev eth0']);
    const routed = { worker: routingAfter(first, 'worker') };
    const second = planWarps(declaration, kernelWorld([net], [vpn(), worker()], { routed }));
    expect(second.steps).to.deep.equal([]);
    for (const { findings } of [first, second])
      expect(findings.filter(({ find }) => find === 'refused').map(({ container }) => container)).to.include(
        'worker',
      );
  });

  it('does nothing for one that does not run, and says why', () => {
    const seen = kernelWorld([net], [vpn(), worker({ state: 'exited', pid: 0 })]);
    expect(planText(planWarps(declared(), seen))).to.deep.equal(['ignored worker: not running (exited)']);
  });
});

describe('A refusal', () => {
  const lonely = bridge('lonely', '10.9.0.0/24');

  it('blocks a target that is not routed yet, rather than let it past its warp', () => {
    const containers = [vpn({ at: { lonely: '10.9.0.2' } }), worker()];
    const plan = planWarps(declared(), kernelWorld([net, lonely], containers));
    expect(lines(plan)).to.deep.equal([
      'route worker → vpn (blocked): shares no network with its warp vpn: blocked',
      'refused worker: shares no network with its warp vpn',
    ]);
    const blocked = routingAfter(plan, 'worker');
    expect(ways(blocked)).to.deep.equal([]);
    const gone = [vpn({ state: 'exited', pid: 0, at: { net: '' } }), worker()];
    expect(blocked).to.deep.equal(routedBefore(declared(), gone));
    const later = kernelWorld([net, lonely], containers, { routed: { worker: blocked } });
    expect(warpPlan(later)).to.deep.equal(['refused worker: shares no network with its warp vpn']);
  });

  it('blocks what was not routed yet also beside what is, and keeps what was routed by hand', () => {
    const both = [
      vpn({ at: { net: '10.7.0.2', lonely: '10.9.0.2' } }),
      worker({ at: { net: '10.7.0.3', lonely: '10.9.0.3' } }),
    ];
    const networks = [net, lonely];
    const asked = withCommandRoutes(declared(), {
      targets: ['worker'],
      via: 'vpn',
      rules: ['198.18.0.0/15'],
    });
    const byHand = routedBefore(asked, [vpn(), worker({ labels: {} })]);
    const plan = planWarps(declared(), kernelWorld(networks, both, { routed: { worker: byHand } }));
    const after = routingAfter(plan, 'worker');
    expect(ways(after)).to.deep.equal(['10.7.0.2 dev eth0']);
    const declaredTable = tableOf('vpn', 'label');
    expect(after.rules.some(({ table }) => table === declaredTable)).to.equal(true);
    expect(after.rules.filter(({ to }) => to === '198.18.0.0/15')).to.have.length(1);
    expect(after.routes.filter(({ type, table }) => type === 'via' && table === declaredTable)).to.be.empty;
    // What a killed run has left is no rule yet: nothing is held by it.
    const half = { rules: [], routes: routedBefore().routes.filter(({ type }) => type === 'unreachable') };
    const mended = planWarps(declared(), kernelWorld(networks, both, { routed: { worker: half } }));
    expect(routingAfter(mended, 'worker').rules).to.deep.equal(routedBefore().rules);
  });

  it('blocks nothing that is only asked for by hand, nor a warp that is its own', () => {
    const apart = [vpn({ at: { lonely: '10.9.0.2' } }), worker({ labels: {} })];
    const asked = withCommandRoutes(declared(), { targets: ['worker'], via: 'vpn' });
    expect(lines(planRoute(asked, kernelWorld([net, lonely], apart), only('worker')))).to.deep.equal([
      'refused worker: shares no network with its warp vpn',
    ]);
    const own = vpn({ labels: label });
    expect(warpPlan(kernelWorld([net], [own]))).to.deep.equal(['refused vpn: is its own warp']);
  });

  it('blocks one that is routed and cannot reach its warp any more', () => {
    const seen = kernelWorld([net, lonely], [vpn({ at: { lonely: '10.9.0.2' } }), worker()], {
      routed: { worker: routedBefore() },
    });
    const plan = planWarps(declared(), seen);
    expect(lines(plan)).to.deep.equal([
      'route worker → vpn (blocked): shares no network with its warp vpn: blocked',
      'refused worker: shares no network with its warp vpn',
    ]);
    expect(ways(routingAfter(plan, 'worker'))).to.deep.equal([]);
    expect(routingAfter(plan, 'worker').rules).to.deep.equal(routedBefore().rules);
  });

  it('does not cut one that is routed when it joins a second network of its warp', () => {
    const seen = kernelWorld(
      [net, lonely],
      [
        vpn({ at: { net: '10.7.0.2', lonely: '10.9.0.2' } }),
        worker({ at: { net: '10.7.0.3', lonely: '10.9.0.3' } }),
      ],
      { routed: { worker: routedBefore() } },
    );
    expect(warpPlan(seen)).to.deep.equal([
      'refused worker: shares several networks with its warp vpn: lonely, net',
    ]);
  });

  it('blocks both of two that now go in a circle', () => {
    const back = vpn({ labels: { 'fairlead.warp': 'worker' } });
    const seen = kernelWorld([net], [back, worker()], { routed: { worker: routedBefore() } });
    expect(warpPlan(seen)).to.deep.equal([
      'route vpn → worker (blocked): would be routed in a circle: vpn → worker → vpn: blocked',
      'route worker → vpn (blocked): would be routed in a circle: worker → vpn → worker: blocked',
      'refused vpn: would be routed in a circle: vpn → worker → vpn',
      'refused worker: would be routed in a circle: worker → vpn → worker',
    ]);
  });

  it('leaves what is in place where it cannot be told what is meant', () => {
    const routes = [{ target: { names: ['worker'] }, via: 'vpn', rules: ['10.7.0.0/25'] }];
    const seen = kernelWorld([net], [vpn(), worker({ labels: {} })], { routed: { worker: routedBefore() } });
    expect(warpPlan(seen, declared({ routes }))).to.deep.equal([
      'refused worker: the rule 10.7.0.0/25 is inside 10.7.0.0/24, the subnet of its own network net',
    ]);
  });

  it('and even then takes away the way to a warp that is gone', () => {
    const routes = [{ target: { names: ['worker'] }, via: 'vpn', rules: ['10.7.0.0/25'] }];
    const stranger = placed('stranger', { at: { net: '10.7.0.2' } });
    const seen = kernelWorld([net], [stranger, worker({ labels: {} })], {
      routed: { worker: routedBefore() },
    });
    const plan = planWarps(declared({ routes }), seen);
    expect(ways(routingAfter(plan, 'worker'))).to.deep.equal([]);
    expect(routingAfter(plan, 'worker').rules).to.deep.equal(routedBefore().rules);
  });

  it('never touches the namespace of the host', () => {
    const inHost = worker({ networkMode: { kind: 'host' }, at: {} });
    const plan = planWarps(declared(), kernelWorld([net], [vpn(), inHost]));
    expect(lines(plan)).to.deep.equal([
      "refused worker: in the host's own network: Fairlead changes no routing there",
    ]);
    const disguised = kernelWorld([net], [vpn(), worker()], { readings: { worker: { read: 'host' } } });
    expect(planWarps(declared(), disguised).steps).to.deep.equal([]);
  });
});

describe('The order of the steps of a plan', () => {
  it('is: what closes, what opens, what is given up', () => {
    const old = placed('old', { at: { net: '10.7.0.5' } });
    const dead = placed('dead', { state: 'exited', pid: 0, at: { net: '' } });
    const blocked = placed('blocked', { at: { net: '10.7.0.6' }, labels: { 'fairlead.warp': 'dead' } });
    const seen = kernelWorld([net], [vpn(), old, worker(), dead, blocked], {
      routed: { old: routedBefore() },
    });
    expect(warpPlan(seen).map(line => line.split(':')[0])).to.deep.equal([
      'route blocked → dead (blocked)',
      'route worker → vpn on net',
      'unroute old',
    ]);
  });
});

describe('What was routed by hand', () => {
  const byHand = (rules: readonly string[] = ['198.18.0.0/15']): WarpDeclaration =>
    withCommandRoutes(declared(), { targets: ['worker'], via: 'vpn', rules });
  const plain = (): Container => worker({ labels: {} });
  const before = (): RoutingState => routedBefore(byHand(), [vpn(), plain()]);

  it('is in place as asked', () => {
    expect(lines(planRoute(byHand(), kernelWorld([net], [vpn(), plain()]), only('worker')))).to.deep.equal([
      'route worker → vpn on net: as asked',
    ]);
  });

  it('is kept by a pass that knows nothing of it', () => {
    const seen = kernelWorld([net], [vpn(), plain()], { routed: { worker: before() } });
    expect(warpPlan(seen)).to.deep.equal(['unchanged worker: routed by hand']);
  });

  it('is closed by it when the warp is gone and its address is a stranger’s', () => {
    const stranger = placed('stranger', { at: { net: '10.7.0.2' } });
    const gone = vpn({ state: 'exited', pid: 0, at: { net: '' } });
    const seen = kernelWorld([net], [stranger, gone, plain()], { routed: { worker: before() } });
    const plan = planWarps(declared(), seen);
    expect(lines(plan)).to.deep.equal([
      'route worker → vpn (blocked): routed by hand through vpn, which is gone or has another address: blocked',
    ]);
    expect(ways(routingAfter(plan, 'worker'))).to.deep.equal([]);
    expect(routingAfter(plan, 'worker').rules).to.deep.equal(before().rules);
    const later = kernelWorld([net], [stranger, gone, plain()], {
      routed: { worker: routingAfter(plan, 'worker') },
    });
    expect(warpPlan(later)).to.deep.equal([
      'blocked worker: routed by hand through vpn, which is gone or has another address',
    ]);
  });

  it('stays beside what a label declares, and goes on staying', () => {
    const tor = placed('tor', { at: { net: '10.7.0.9' } });
    const target = worker({ labels: { 'fairlead.warp': 'tor' } });
    const first = planWarps(
      declared(),
      kernelWorld([net], [vpn(), tor, target], { routed: { worker: before() } }),
    );
    const [step] = first.steps;
    expect(step?.do === 'set-routing' && step.routes.map(({ via, open }) => [via, open])).to.deep.equal([
      ['tor', true],
      ['vpn', true],
    ]);
    const second = kernelWorld([net], [vpn(), tor, target], {
      routed: { worker: routingAfter(first, 'worker') },
    });
    expect(warpPlan(second)).to.deep.equal([
      'unchanged worker: routed as declared (label fairlead.warp=tor)',
    ]);
  });

  it('leaves every other target alone', () => {
    const other = placed('other', { at: { net: '10.7.0.8' }, labels: label });
    const stale = placed('stale', { at: { net: '10.7.0.7' } });
    const seen = kernelWorld([net], [vpn(), plain(), other, stale], { routed: { stale: routedBefore() } });
    expect(lines(planRoute(byHand(), seen, only('worker')))).to.deep.equal([
      'route worker → vpn on net: as asked',
    ]);
  });

  it('leaves a guard that it knows nothing of in force, and lets its own warp out of it', () => {
    const other = bridge('other', '10.8.0.0/24');
    const inForce = [net, other].map(network => ({
      bridge: bridgeOf(network),
      warps: ['10.7.0.99'],
      dropped: 7,
    }));
    const seen = kernelWorld([net, other], [vpn(), plain()], { guard: { whole: true, bridges: inForce } });
    const { steps } = planRoute(byHand(), seen, only('worker'));
    const guard = steps.find(step => step.do === 'set-guard');
    expect(
      guard?.do === 'set-guard' && guard.guard.map(({ bridge: name, warps }) => [name, warps]),
    ).to.deep.equal([
      [bridgeOf(net), ['10.7.0.2', '10.7.0.99']],
      [bridgeOf(other), ['10.7.0.99']],
    ]);
  });

  it('takes nothing back that only a config can declare, where none was read', () => {
    const seen = kernelWorld([net], [vpn(), plain()], {
      routed: { worker: routedBefore() },
      guard: { whole: true, bridges: [{ bridge: bridgeOf(net), warps: [], dropped: 0 }] },
    });
    expect(lines(planRoute(declared(), seen, only()))).to.deep.equal([]);
    expect(lines(planRoute(declared(), seen, { targets: [], complete: true }))).to.deep.equal([
      'unguard all networks: no network is guarded any more',
      'unroute worker: nothing declares it any more',
    ]);
  });

  it('is replaced by the same through another warp', () => {
    const other = placed('other', { at: { net: '10.7.0.9' } });
    const anew = withCommandRoutes(declared(), {
      targets: ['worker'],
      via: 'other',
      rules: ['198.18.0.0/15'],
    });
    const seen = kernelWorld([net], [vpn(), other, plain()], { routed: { worker: before() } });
    const plan = planRoute(anew, seen, only('worker'));
    expect(lines(plan)).to.deep.equal([
      'route worker → other on net: as asked: what is in place is not what is declared',
    ]);
    expect(ways(routingAfter(plan, 'worker'))).to.deep.equal(['10.7.0.9 dev eth0']);
  });

  it('is closed without a config too, and nothing that one may have declared is', () => {
    const gone = vpn({ state: 'exited', pid: 0, at: { net: '' } });
    const seen = kernelWorld([net], [gone, plain()], { routed: { worker: before() } });
    expect(lines(planRoute(declared(), seen, only()))).to.deep.equal([
      'route worker → vpn (blocked): routed by hand through vpn, which is gone or has another address: blocked',
    ]);
  });

  it('is refused through a warp that there is not, and cuts nobody off', () => {
    const slip = withCommandRoutes(declared(), { targets: ['worker'], via: 'vnp' });
    const plan = planRoute(slip, kernelWorld([net], [vpn(), plain()]), { ...only('worker'), via: 'vnp' });
    expect(lines(plan)).to.deep.equal(['refused vnp: there is no container of this name']);
  });

  it('is refused for who is not there, and for whom nothing says through whom', () => {
    const seen = kernelWorld([net], [vpn(), plain()]);
    expect(lines(planRoute(declared(), seen, only('worker', 'nobody')))).to.deep.equal([
      'refused worker: nothing says through whom to route it',
      'refused nobody: there is no container of this name',
    ]);
  });
});

describe('A plan without a look into the kernel', () => {
  const away = {
    outOfReach: {
      code: 'kernel-privileges',
      why: 'Not root.',
      hints: ['Use sudo.'],
      exit: ExitCode.privileges,
    },
  };

  it('shows what is declared, from nothing, and warns once', () => {
    const second = placed('second', { at: { net: '10.7.0.4' }, labels: label });
    const plan = planWarps(declared(), kernelWorld([net], [vpn(), worker(), second], away));
    const said = planText(plan).filter(line => !/^(warning|caveat)/.test(line) || line.includes('in place'));
    expect(said).to.deep.equal([
      'route worker → vpn on net: label fairlead.warp=vpn',
      'route second → vpn on net: label fairlead.warp=vpn',
      'warning : the routing in place of worker and 1 more could not be read, and is planned as if there were none: Not root.',
    ]);
  });

  it('would block, were it carried out all the same', () => {
    const plan = planWarps(declared(), kernelWorld([net], [vpn(), worker()], away));
    expect(ways(routingAfter(plan, 'worker'))).to.deep.equal([]);
    expect(routingAfter(plan, 'worker').rules).to.not.deep.equal([]);
  });
});
