import { expect } from 'chai';
import type { Container } from '../../../src/lib/model/container.js';
import { bridgeOf } from '../../../src/lib/model/guard.js';
import { planWarpGuard } from '../../../src/lib/warps/plan.js';
import { planRoute } from '../../../src/lib/warps/plan-route.js';
import { type WarpDeclaration, withCommandRoutes } from '../../../src/lib/warps/routes/declaration.js';
import { relayedWarps } from '../../../src/lib/warps/guard/relayed.js';
import { bridge, declared, kernelWorld, placed, type PlacedSketch } from '../scenes.js';

const net = bridge('net', '10.7.0.0/24');
const through = (warp: string): PlacedSketch => ({ labels: { 'fairlead.warp': warp } });
const app = placed('app', { at: { net: '10.7.0.4' }, ...through('first') });
const last = placed('last', { at: { net: '10.7.0.2' } });
const first = (sketch: PlacedSketch = {}): Container =>
  placed('first', { at: { net: '10.7.0.3' }, ...sketch });

function letOut(containers: readonly Container[], declaration = declared({}, ['net'])): readonly string[] {
  const [step] = planWarpGuard(declaration, kernelWorld([net], containers)).steps;
  return step?.do === 'set-guard' ? (step.guard[0]?.warps ?? []) : [];
}

/** As for a route of the config from the first warp to the last one. */
function config(rules: readonly string[], bypass: readonly string[] = []): WarpDeclaration {
  const route = { target: { names: ['first'] }, via: 'last', rules: [...rules], bypass: [...bypass] };
  return declared({ routes: [route] }, ['net']);
}

describe('A warp that sends all it has through another one', () => {
  it('is let out of no guarded network, and the other one is', () => {
    expect(letOut([app, first(), last])).to.deep.equal(['10.7.0.3']);
    expect(letOut([app, first(through('last')), last])).to.deep.equal(['10.7.0.2']);
  });

  it('is one where the route is declared for a container in its namespace', () => {
    const side = placed('side', { networkMode: { kind: 'container', of: 'first' }, ...through('last') });
    expect(letOut([app, first(), last, side])).to.deep.equal(['10.7.0.2']);
  });

  it('is none where something of what it sends goes as the engine routes it', () => {
    const both = ['10.7.0.2', '10.7.0.3'];
    const of = (declaration: WarpDeclaration): readonly string[] => letOut([app, first(), last], declaration);
    expect(of(config(['0.0.0.0/0']))).to.deep.equal(['10.7.0.2']);
    expect(of(config(['0.0.0.0/0', '::/0']))).to.deep.equal(['10.7.0.2']);
    expect(of(config(['0.0.0.0/0 tcp']))).to.deep.equal(both);
    expect(of(config(['198.19.0.0/16']))).to.deep.equal(both);
    expect(of(config(['0.0.0.0/0', 'fd00::/8']))).to.deep.equal(both);
    expect(of(config(['0.0.0.0/0'], ['198.19.0.0/16']))).to.deep.equal(both);
  });

  it('is none by a route to itself, or to one in its namespace', () => {
    const side = placed('side', { networkMode: { kind: 'container', of: 'first' } });
    for (const warp of ['first', 'side']) {
      expect(letOut([app, first(through(warp)), side]), warp).to.deep.equal(['10.7.0.3']);
    }
  });

  it('is one also while the other one is not there: it may be created again at any moment', () => {
    expect(letOut([app, first(through('last'))])).to.deep.equal([]);
  });

  it('is not let out newly where it may be one, and keeps its address where it has been let out', () => {
    const config = declared({ routes: [{ target: { env: ['EGRESS'] }, via: 'last' }] }, ['net']);
    const containers = [app, first({ unreadable: 'no answer' })];
    const guard = { whole: true, bridges: [{ bridge: bridgeOf(net), warps: ['10.7.0.3'], dropped: 0 }] };
    const inForce = kernelWorld([net], containers, { guard });
    expect(letOut(containers, config)).to.deep.equal([]);
    expect(planWarpGuard(config, inForce).steps).to.deep.equal([]);
  });

  it('is none for what is given by hand: a restart of it takes that away', () => {
    const request = { targets: ['first'], via: 'last' };
    const relayed = relayedWarps(withCommandRoutes(declared(), request), { containers: [first(), last] });
    expect(relayed(first())).to.equal('no');
  });

  it('is not let out by a command for one of its targets either', () => {
    const guard = { whole: true, bridges: [{ bridge: bridgeOf(net), warps: [], dropped: 0 }] };
    const stepsWith = (warp: Container): readonly string[] => {
      const world = kernelWorld([net], [app, warp, last], { guard });
      const plan = planRoute(declared(), world, { targets: ['app'], complete: false });
      return plan.steps.map(step => step.do);
    };
    expect(stepsWith(first())).to.deep.equal(['set-guard', 'set-routing']);
    expect(stepsWith(first(through('last')))).to.deep.equal(['set-routing']);
  });
});
