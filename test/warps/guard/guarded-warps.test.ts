import { expect } from 'chai';
import type { Container } from '../../../src/lib/model/container.js';
import { noRouting, type PolicyRoute, type RoutingState } from '../../../src/lib/model/routing.js';
import { warpsOn } from '../../../src/lib/warps/guard/guarded-warps.js';
import { unsureWarps } from '../../../src/lib/warps/guard/unsure-warps.js';
import { planWarps } from '../../../src/lib/warps/plan.js';
import { tableOf } from '../../../src/lib/warps/policy/tables.js';
import { warpMetric } from '../../../src/lib/warps/policy/warp-metric.js';
import { planText } from '../../support/world.js';
import { bridge, declared, type KernelSketch, kernelWorld, placed, type PlacedSketch } from '../scenes.js';

const net = bridge('net', '10.7.0.0/24');
const vpn = placed('vpn', { at: { net: '10.7.0.2' } });
const app = (sketch: PlacedSketch = {}): Container => placed('app', { at: { net: '10.7.0.3' }, ...sketch });
const admin = { powers: { netAdmin: true, netRaw: true } };

/** What routes something by hand to a container; a container with CAP_NET_ADMIN can write the very same. */
function byHandTo(warp: Container, gateway = warp.endpoints[0]?.ipv4 ?? ''): RoutingState {
  const table = tableOf(warp.name, 'command');
  const at = { family: 'ipv4', table } as const;
  const way: PolicyRoute = { type: 'via', ...at, gateway, device: 'eth0', metric: warpMetric(warp.id) };
  return { rules: [{ ...at, priority: 10_110 }], routes: gateway === '' ? [] : [way] };
}

function letOut(containers: readonly Container[], routed: Record<string, RoutingState>): string[] {
  return warpsOn(declared(), kernelWorld([net], containers, { routed }))(net).map(({ name }) => name);
}

describe('The guard lets out whom something is routed through by hand', () => {
  it('from a container that cannot write its own routing', () => {
    expect(letOut([vpn, app()], { app: byHandTo(vpn) })).to.deep.equal(['vpn']);
    expect(letOut([vpn, app()], { app: noRouting })).to.deep.equal([]);
  });

  it('but nobody for the word of one that can, nor for one whose rights are unknown', () => {
    expect(letOut([vpn, app(admin)], { app: byHandTo(vpn) })).to.deep.equal([]);
    expect(letOut([vpn, app({ unreadable: 'no' })], { app: byHandTo(vpn) })).to.deep.equal([]);
    expect(letOut([vpn, app({ unreadable: null })], { app: byHandTo(vpn) })).to.deep.equal([]);
  });

  it('nor where another container in the same namespace can', () => {
    const side = placed('side', { networkMode: { kind: 'container', of: 'app' }, ...admin });
    expect(letOut([vpn, app(), side], { app: byHandTo(vpn) })).to.deep.equal([]);
    expect(letOut([vpn, app(), { ...side, state: 'exited' }], { app: byHandTo(vpn) })).to.deep.equal(['vpn']);
  });

  it('nor itself, nor whoever shares its namespace', () => {
    const own = app();
    const side = placed('side', { networkMode: { kind: 'container', of: 'app' } });
    expect(letOut([vpn, own, side], { app: byHandTo(own) })).to.deep.equal([]);
    expect(letOut([vpn, own, side], { app: byHandTo(side, '10.7.0.3') })).to.deep.equal([]);
  });

  it('nor one whose way is not open', () => {
    expect(letOut([vpn, app()], { app: byHandTo(vpn, '') })).to.deep.equal([]);
    expect(letOut([vpn, app()], { app: byHandTo(vpn, '10.7.0.77') })).to.deep.equal([]);
  });

  it('and whom anything declares, whatever stands in a namespace', () => {
    const target = app({ ...admin, labels: { 'fairlead.warp': 'vpn' } });
    expect(letOut([vpn, target], { app: byHandTo(vpn) })).to.deep.equal(['vpn']);
  });
});

describe('The guard keeps, while something cannot be read, the address', () => {
  const other = placed('other', { at: { net: '10.7.0.4' } });
  const hung = app({ unreadable: 'no answer' });
  const kept = (
    containers: readonly Container[],
    kernel: KernelSketch = {},
    declaration = declared(),
  ): string[] => {
    const isUnsure = unsureWarps(declaration, kernelWorld([net], containers, kernel));
    return containers.filter(isUnsure).map(({ name }) => name);
  };

  it('of whom something is routed through by hand where nobody knows who may have done it', () => {
    const routed = { app: byHandTo(vpn) };
    expect(kept([vpn, other, hung], { routed })).to.deep.equal(['vpn']);
    expect(kept([vpn, other, app(admin)], { routed })).to.deep.equal([]);
    expect(kept([{ ...vpn, state: 'exited' }, other, hung], { routed })).to.deep.equal([]);
  });

  it('of everybody where it is not known who serves', () => {
    const readings = { app: { read: 'unreadable', why: 'no' } } as const;
    const all = ['vpn', 'other', 'app'];
    expect(kept([vpn, other, app()], { routed: { app: noRouting }, readings })).to.deep.equal(all);
    expect(kept([vpn, other, app()], { readings })).to.deep.equal([]);
  });

  it('of the warp of a route that may mean a container', () => {
    const config = declared({ routes: [{ target: { env: ['EGRESS'] }, via: 'vpn' }] });
    expect(kept([vpn, other, hung], {}, config)).to.deep.equal(['vpn']);
    expect(kept([vpn, other, app()], {}, config)).to.deep.equal([]);
  });

  it('but not of a warp that surely sends all through another one', () => {
    const first = placed('first', { at: { net: '10.7.0.4' }, labels: { 'fairlead.warp': 'vpn' } });
    const config = declared({ routes: [{ target: { env: ['EGRESS'] }, via: 'first' }] });
    expect(kept([vpn, first, hung], {}, config)).to.deep.equal(['vpn']);
  });
});

describe('NAT of a warp is kept for whom it was set up by hand', () => {
  const side = { hasOwn: true, nat: { targets: ['10.7.0.3'] } };
  const lines = (target: Container): string[] =>
    planText(
      planWarps(
        declared(),
        kernelWorld([net], [vpn, target], { routed: { app: byHandTo(vpn) }, sides: { vpn: side } }),
      ),
    ).filter(line => line.includes('NAT'));

  it('but not for the word of a container that can write its own routing', () => {
    expect(lines(app())).to.deep.equal(['unchanged vpn: NAT is set up for 10.7.0.3']);
    expect(lines(app(admin))).to.deep.equal(['remove NAT vpn: no route asks for NAT in it any more']);
  });
});
