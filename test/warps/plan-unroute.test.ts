import { expect } from 'chai';
import type { Container } from '../../src/lib/model/container.js';
import { ExitCode, FairleadError } from '../../src/lib/model/errors.js';
import type { GuardState } from '../../src/lib/model/guard.js';
import type { RoutingState } from '../../src/lib/model/routing.js';
import type { WarpSide } from '../../src/lib/model/warp-side.js';
import { planWarps } from '../../src/lib/warps/plan.js';
import { planUnroute } from '../../src/lib/warps/plan-unroute.js';
import { planText } from '../support/world.js';
import { bridge, declared, type KernelSketch, kernelWorld, placed, type PlacedSketch } from './scenes.js';

const net = bridge('net', '10.7.0.0/24');
const vpn = placed('vpn', { at: { net: '10.7.0.2' } });
const target = (name: string, host: number, sketch: PlacedSketch = {}): Container =>
  placed(name, { at: { net: `10.7.0.${String(host)}` }, labels: { 'fairlead.warp': 'vpn' }, ...sketch });
const [a, b] = [target('a', 3), target('b', 4)];

function routing(of: Container): RoutingState {
  const [step] = planWarps(declared(), kernelWorld([net], [vpn, of])).steps;
  if (step?.do !== 'set-routing') throw new Error('it was not routed');
  return step.routing;
}

const nat: Partial<WarpSide> = { hasOwn: true, nat: { targets: ['10.7.0.3', '10.7.0.4'] } };
const guard: GuardState = { whole: true, bridges: [] };

function unrouted(
  targets: readonly string[],
  kernel: KernelSketch = {},
  { guard: withGuard = false, containers = [vpn, a, b] } = {},
): string[] {
  const routed = { a: routing(a), b: routing(b) };
  const seen = kernelWorld([net], containers, { routed, ...kernel });
  return planText(planUnroute(seen, { targets, guard: withGuard }));
}

describe('The plan that takes routing back', () => {
  it('clears what is named, and leaves the rest', () => {
    expect(unrouted(['a'])).to.deep.equal(['unroute a: as asked']);
  });

  it('clears all where nothing is named, whatever is declared', () => {
    expect(unrouted([])).to.deep.equal(['unroute a: as asked', 'unroute b: as asked']);
  });

  it('takes the addresses of what is cleared out of the NAT of its warp', () => {
    expect(unrouted(['a'], { sides: { vpn: nat } })).to.deep.equal([
      'unroute a: as asked',
      'set up NAT in vpn for 1 address: fewer are routed through it',
    ]);
  });

  it('removes the NAT of a warp that serves nobody then', () => {
    expect(unrouted(['a', 'b'], { sides: { vpn: nat } })).to.deep.equal([
      'unroute a: as asked',
      'unroute b: as asked',
      'remove NAT vpn: nobody is routed through it any more',
    ]);
  });

  it('removes what is left of NAT though it is not whole', () => {
    expect(unrouted([], { routed: {}, sides: { vpn: { hasOwn: true } } })).to.deep.equal([
      'remove NAT vpn: nobody is routed through it any more',
    ]);
  });

  it('removes the guard where that is asked for, and only there', () => {
    expect(unrouted([], { guard, routed: {} }, { guard: true })).to.deep.equal([
      'unguard all networks: as asked',
    ]);
    expect(unrouted([], { guard, routed: {} })).to.deep.equal([]);
  });

  it('finds nothing to do where nothing is', () => {
    expect(unrouted(['a'], { routed: {} })).to.deep.equal([
      'unchanged a: there is nothing of Fairlead in its namespace',
    ]);
    const stopped = target('a', 3, { state: 'exited', pid: 0 });
    expect(unrouted(['a'], { routed: {} }, { containers: [vpn, stopped] })).to.deep.equal([
      'unchanged a: not running: what was in its namespace went with it',
    ]);
  });

  it('means the owner of the namespace where another container is named', () => {
    const side = placed('side', { networkMode: { kind: 'container', of: 'a' } });
    expect(unrouted(['side'], {}, { containers: [vpn, a, b, side] })).to.deep.equal(['unroute a: as asked']);
  });

  it('says what it could not look into, and whom it does not know', () => {
    const readings = { a: { read: 'unreadable', why: 'ip has died' } } as const;
    expect(unrouted(['a', 'nobody'], { readings })).to.deep.equal([
      'refused nobody: there is no container of this name',
      'refused a: could not be read: ip has died',
    ]);
  });

  it('is refused where the kernel is another host’s', () => {
    const outOfReach = { code: 'x', why: 'Elsewhere.', hints: [], exit: ExitCode.failed };
    expect(unrouted([], { outOfReach })).to.deep.equal(['refused : Elsewhere.']);
  });

  it('fails without the rights to look, a dry run too: it would have nothing to show', () => {
    const outOfReach = { code: 'kernel-privileges', why: 'Not root.', hints: [], exit: ExitCode.privileges };
    expect(() => unrouted([], { outOfReach }))
      .to.throw(FairleadError, 'Not root.')
      .with.property('exit', 5);
  });
});
