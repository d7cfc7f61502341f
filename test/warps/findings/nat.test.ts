import { expect } from 'chai';
import type { NamespaceReading } from '../../../src/lib/model/namespace.js';
import type { WarpNat, WarpSide } from '../../../src/lib/model/warp-side.js';
import type { World } from '../../../src/lib/model/world.js';
import { planNat } from '../../../src/lib/warps/findings/nat.js';
import { planText } from '../../support/world.js';
import { around, routed, vpn, vpnNet } from '../routed.js';
import { placed } from '../scenes.js';

const worker = routed('worker', { nat: true });
const forWorker: WarpNat = { targets: ['10.1.0.3'], tunnel: 'tun0' };

function inPlace(nat: WarpNat): Partial<WarpSide> {
  return { nat, hasOwn: true, ...(nat.tunnel !== undefined && { knownTunnel: nat.tunnel }) };
}

function withReading(world: World, reading: NamespaceReading): World {
  if (!world.kernel) return world;
  return { ...world, kernel: { ...world.kernel, namespaces: new Map([[vpn.id, reading]]) } };
}

describe('the plan of NAT in warps', () => {
  it('sets it up for the addresses that routes ask for it from, out of the tunnel', () => {
    const api = routed('api', { nat: true, at: { 'vpn-net': '10.1.0.12' } });
    const plain = routed('plain', { at: { 'vpn-net': '10.1.0.13' } });
    const closed = routed('closed', { nat: true, open: false });
    const targets = [worker, api, plain, closed];
    const plan = planNat(targets, around(targets, { tunnels: ['tun0'] }));
    expect(planText(plan)).to.deep.equal([
      'set up NAT in vpn for 2 addresses, out of tun0 only: nat is asked for, and targets are routed through it',
    ]);
    expect(plan.steps[0]).to.deep.include({
      nat: { targets: ['10.1.0.12', '10.1.0.3'], tunnel: 'tun0' },
      container: { id: vpn.id, name: 'vpn', pid: 99, startedAt: '2026-01-01T00:00:00Z' },
    });
  });

  it('does nothing where it is in place', () => {
    const plan = planNat([worker], around([worker], { tunnels: ['tun0'], ...inPlace(forWorker) }));
    expect(planText(plan)).to.deep.equal(['unchanged vpn: NAT is set up for 10.1.0.3, out of tun0 only']);
  });

  it('mends what somebody has changed, and follows the targets', () => {
    const broken = around([worker], { tunnels: ['tun0'], hasOwn: true, knownTunnel: 'tun0' });
    expect(planText(planNat([worker], broken))).to.deep.equal([
      'set up NAT in vpn for 1 address, out of tun0 only: what was set up in it is incomplete or changed',
    ]);
    const others = around([worker], {
      tunnels: ['tun0'],
      ...inPlace({ targets: ['10.1.0.9'], tunnel: 'tun0' }),
    });
    expect(planText(planNat([worker], others))).to.deep.equal([
      'set up NAT in vpn for 1 address, out of tun0 only: what it is to masquerade has changed',
    ]);
  });

  it('removes what no route asks for any more', () => {
    const plain = routed('worker');
    const world = around([plain], inPlace(forWorker));
    expect(planText(planNat([plain], world))).to.deep.equal([
      'remove NAT vpn: no route asks for NAT in it any more',
    ]);
    expect(planText(planNat([plain], around([plain])))).to.deep.equal([]);
  });

  it('stays bound to a tunnel that is gone, whatever else there is not', () => {
    expect(planText(planNat([worker], around([worker], inPlace(forWorker))))).to.deep.equal([
      'unchanged vpn: NAT is set up for 10.1.0.3, out of tun0 only',
      'caveat vpn: its tunnel tun0 is not there: what it is sent is dropped',
    ]);
    const flushed = planNat([worker], around([worker], { hasOwn: true, knownTunnel: 'tun0' }));
    expect(flushed.steps[0]).to.have.nested.property('nat.tunnel', 'tun0');
  });

  it('does not move to another tunnel while the one it knows is there', () => {
    const side = { tunnels: ['tun0', 'tun1'], ...inPlace({ targets: ['10.1.0.3'], tunnel: 'tun1' }) };
    expect(planText(planNat([worker], around([worker], side)))).to.deep.equal([
      'unchanged vpn: NAT is set up for 10.1.0.3, out of tun1 only',
      'caveat vpn: has several tunnels (tun0, tun1): what it is sent leaves by tun1 alone',
    ]);
  });

  it('lets nothing through a VPN whose tunnel is not up yet', () => {
    const side = { dropping: [{ family: 'ipv4', backend: 'iptables-nft' }] } as const;
    expect(planText(planNat([worker], around([worker], side)))).to.deep.equal([
      'warning vpn: NAT is not set up yet: it drops what it is to forward, as a VPN does, and has no tunnel so far',
    ]);
    const v6 = { dropping: [{ family: 'ipv6', backend: 'iptables-nft' }] } as const;
    expect(planText(planNat([worker], around([worker], v6)))).to.deep.equal([
      'set up NAT in vpn for 1 address: nat is asked for, and targets are routed through it',
    ]);
  });

  it('is for IPv6 only where the warp has it too', () => {
    const dual = routed('dual', { nat: true, at: { 'vpn-net': '10.1.0.3,fd00::3' } });
    expect(planNat([dual], around([dual])).steps[0])
      .to.have.nested.property('nat.targets')
      .with.lengthOf(1);
    const warp = placed('vpn', { at: { 'vpn-net': '10.1.0.2,fd00::2' } });
    const both = routed('dual', { nat: true, at: { 'vpn-net': '10.1.0.3,fd00::3' }, warp, network: vpnNet });
    expect(planNat([both], around([both], {}, { warp })).steps[0])
      .to.have.nested.property('nat.targets')
      .that.deep.equals(['10.1.0.3', 'fd00::3']);
  });

  it('changes nothing that it could not look at', () => {
    const world = around([worker], inPlace(forWorker));
    const unread = withReading(world, { read: 'unreadable', why: 'nft is missing' });
    expect(planText(planNat([worker], unread))).to.deep.equal([
      'refused vpn: NAT cannot be set up: nft is missing',
    ]);
    expect(planText(planNat([], unread))).to.deep.equal([]);
    for (const read of ['gone', 'host'] as const) {
      expect(planText(planNat([worker], withReading(world, { read })))).to.deep.equal([]);
    }
    const { engine, networks, containers } = world;
    expect(planText(planNat([worker], { engine, networks, containers }))).to.deep.equal([]);
  });
});
