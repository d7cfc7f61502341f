import { expect } from 'chai';
import type { Container } from '../../../src/lib/model/container.js';
import type { Plan } from '../../../src/lib/model/plan.js';
import { type RoutingState, noRouting } from '../../../src/lib/model/routing.js';
import type { World } from '../../../src/lib/model/world.js';
import {
  type RouteRequest,
  type WarpDeclaration,
  withCommandRoutes,
} from '../../../src/lib/warps/routes/declaration.js';
import { listWarps } from '../../../src/lib/warps/listing.js';
import { planWarps } from '../../../src/lib/warps/plan.js';
import { planRoute } from '../../../src/lib/warps/plan-route.js';
import { bridge, declared, kernelWorld, type KernelSketch, placed, type PlacedSketch } from '../scenes.js';

const net = bridge('net', '10.7.0.0/24');
const label = { 'fairlead.warp': 'vpn' };
const vpn = (sketch: PlacedSketch = {}): Container => placed('vpn', { at: { net: '10.7.0.2' }, ...sketch });
const worker = (sketch: PlacedSketch = {}): Container =>
  placed('worker', { at: { net: '10.7.0.3' }, labels: label, ...sketch });
const plain = (): Container => worker({ labels: {} });
const bare = { sides: { vpn: { masquerades: [] } } } as const;

function scene(containers: readonly Container[], sketch: KernelSketch = {}): World {
  return kernelWorld([net], containers, sketch);
}

function routingAfter({ steps }: Plan, name: string): RoutingState {
  const step = steps.find(each => each.do === 'set-routing' && each.container.name === name);
  return step?.do === 'set-routing' ? step.routing : noRouting;
}

/** Whom findings of a kind are about, each with the first words of what is said. */
function about({ findings }: Pick<Plan, 'findings'>, kind: 'warning' | 'caveat'): string[] {
  return findings
    .filter(({ find }) => find === kind)
    .map(({ container = '', reason }) => `${container}: ${reason.split(' ').slice(0, 3).join(' ')}`)
    .sort();
}

const ofWorker = ['worker: name lookups go', 'worker: what is sent'];
const ofVpn = ['vpn: rewrites no sources'];

function byHand(request: Partial<RouteRequest> = {}, base = declared()): WarpDeclaration {
  return withCommandRoutes(base, { targets: ['worker'], via: 'vpn', ...request });
}

describe('What routing cannot promise is told', () => {
  const first = planWarps(declared(), scene([vpn(), worker()], bare));
  const routed = { worker: routingAfter(first, 'worker') };

  it('before the step that brings it', () => {
    expect(about(first, 'warning')).to.deep.equal([...ofVpn, ...ofWorker]);
    expect(about(first, 'caveat')).to.deep.equal([]);
  });

  it('as a caveat from then on', () => {
    const again = planWarps(declared(), scene([vpn(), worker()], { ...bare, routed }));
    expect(again.steps).to.deep.equal([]);
    expect(about(again, 'warning')).to.deep.equal([]);
    expect(about(again, 'caveat')).to.deep.equal([...ofVpn, ...ofWorker]);
  });

  it('of the warp alone when a way to it is opened again', () => {
    const gone = vpn({ state: 'exited', pid: 0, at: { net: '' } });
    const closing = planWarps(declared(), scene([gone, worker()], { routed }));
    expect(about(closing, 'warning')).to.deep.equal([]);
    const closed = { worker: routingAfter(closing, 'worker') };
    const back = planWarps(declared(), scene([vpn(), worker()], { ...bare, routed: closed }));
    expect(about(back, 'warning')).to.deep.equal(ofVpn);
    expect(about(back, 'caveat')).to.deep.equal(ofWorker);
  });

  it('of those that are routed now, and not of those that were before', () => {
    const other = placed('other', { at: { net: '10.7.0.4' }, labels: label });
    const plan = planWarps(declared(), scene([vpn(), worker(), other], { routed }));
    expect(about(plan, 'warning')).to.deep.equal(['other: name lookups go', 'other: what is sent']);
    expect(about(plan, 'caveat')).to.deep.equal(ofWorker);
  });

  it('of a route by hand as of any other, in each pass and in the listing', () => {
    const scope = { targets: ['worker'], complete: false, via: 'vpn' };
    const given = planRoute(byHand(), scene([vpn(), plain()], bare), scope);
    expect(about(given, 'warning')).to.deep.equal([...ofVpn, ...ofWorker]);
    const seen = scene([vpn(), plain()], { ...bare, routed: { worker: routingAfter(given, 'worker') } });
    const repeated = planRoute(byHand(), seen, scope);
    expect(about(repeated, 'warning')).to.deep.equal([]);
    expect(about(repeated, 'caveat')).to.deep.equal([...ofVpn, ...ofWorker]);
    expect(about(planWarps(declared(), seen), 'caveat')).to.deep.equal([...ofVpn, ...ofWorker]);
    const { targets, warps } = listWarps(declared(), seen);
    const listed = [...targets, ...warps].flatMap(({ caveats }) => caveats);
    expect(about({ findings: listed }, 'caveat')).to.deep.equal([...ofVpn, ...ofWorker]);
    expect(listed.map(({ reason }) => reason).join()).to.include('once it is started anew');
  });
});

describe('Of a warp that NAT is set up in', () => {
  const sketch = { sides: { vpn: { masquerades: [], clampsSegments: false, tunnels: ['tun0'] } } } as const;

  it('nothing is said to be missing beside the step, nor afterwards', () => {
    const plan = planWarps(declared({ nat: true }), scene([vpn(), worker()], sketch));
    expect(plan.steps.map(step => step.do)).to.include('set-nat');
    expect(about(plan, 'warning')).to.deep.equal(ofWorker);
    const routed = { worker: routingAfter(plan, 'worker') };
    const side = { ...sketch.sides.vpn, nat: { targets: ['10.7.0.3'], tunnel: 'tun0' }, hasOwn: true };
    const after = scene([vpn(), worker()], { routed, sides: { vpn: side } });
    expect(about(planWarps(declared({ nat: true }), after), 'caveat')).to.deep.equal(ofWorker);
    expect(listWarps(declared({ nat: true }), after).warps.flatMap(({ caveats }) => caveats)).to.deep.equal(
      [],
    );
  });

  it('nothing is missing for a route by hand that asked for it', () => {
    const scope = { targets: ['worker'], complete: false, via: 'vpn' };
    const plan = planRoute(byHand({ nat: true }), scene([vpn(), plain()], sketch), scope);
    expect(plan.steps.map(step => step.do)).to.include('set-nat');
    expect(about(plan, 'warning')).to.deep.equal(ofWorker);
  });

  it('nothing is taken back from a target that is given a further route by hand without it', () => {
    const scope = { targets: ['worker'], complete: true, via: 'vpn' };
    const given = byHand({ nat: false, rules: ['198.18.0.0/15'] }, declared({ nat: true }));
    const plan = planRoute(given, scene([vpn(), worker()], sketch), scope);
    const nats = plan.steps.flatMap(step => (step.do === 'set-nat' ? (step.nat?.targets ?? 'removed') : []));
    expect(nats).to.deep.equal(['10.7.0.3']);
    expect(about(plan, 'warning')).to.deep.equal(ofWorker);
  });

  it('who was routed by hand without it stays without it, and is told so', () => {
    const other = placed('other', { at: { net: '10.7.0.4' } });
    const given = byHand({ targets: ['worker', 'other'] });
    const plan = planRoute(given, scene([vpn(), plain(), other]), {
      targets: ['worker', 'other'],
      complete: false,
    });
    const routed = { worker: routingAfter(plan, 'worker'), other: routingAfter(plan, 'other') };
    const side = { masquerades: [], nat: { targets: ['10.7.0.3'] }, hasOwn: true } as const;
    const pass = planWarps(declared(), scene([vpn(), plain(), other], { routed, sides: { vpn: side } }));
    expect(pass.steps).to.deep.equal([]);
    expect(about(pass, 'caveat').filter(line => line.endsWith('NAT is set'))).to.deep.equal([
      'other: NAT is set',
    ]);
  });

  it('only those lack something who do not ask for it themselves', () => {
    const other = placed('other', { at: { net: '10.7.0.4' } });
    const config = declared({
      nat: true,
      routes: [{ target: { names: ['other'] }, via: 'vpn', nat: false }],
    });
    const plan = planWarps(config, scene([vpn(), worker(), other], sketch));
    expect(about(plan, 'warning')).to.deep.equal([
      'other: NAT is set',
      'other: name lookups go',
      'other: what is sent',
      ...ofWorker,
    ]);
  });
});

describe('A target in the listing', () => {
  it('has all its ways, those by hand marked, and what goes past them', () => {
    const tor = placed('tor', { at: { net: '10.7.0.9' } });
    const target = worker({ labels: { 'fairlead.warp': 'tor' } });
    const config = declared({ bypass: ['10.9.0.0/16'] });
    const given = byHand({ rules: ['198.18.0.0/15 tcp 80-443'], bypass: ['198.18.7.0/24'] }, config);
    const plan = planRoute(given, scene([vpn(), tor, target]), { targets: ['worker'], complete: true });
    const seen = scene([vpn(), tor, target], { routed: { worker: routingAfter(plan, 'worker') } });
    const [listed] = listWarps(config, seen).targets;
    expect(listed?.routes.map(({ via, byHand: hand = false, rules }) => [via, hand, ...rules])).to.deep.equal(
      [
        ['tor', false, '0.0.0.0/0', '::/0'],
        ['vpn', true, '198.18.0.0/15 tcp 80-443'],
      ],
    );
    expect(listed?.bypass).to.deep.equal(['10.9.0.0/16', '198.18.7.0/24']);
  });
});
