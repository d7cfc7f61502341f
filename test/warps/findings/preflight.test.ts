import { expect } from 'chai';
import { planText } from '../../support/world.js';
import { preflight } from '../../../src/lib/warps/findings/preflight.js';
import type { World } from '../../../src/lib/model/world.js';
import type { RoutedTarget } from '../../../src/lib/warps/routes/route.js';
import { around, routed, vpn } from '../routed.js';
import { bridge, namespaceOf, placed } from '../scenes.js';

const worker = routed('worker');
const able = { masquerades: ['ipv4', 'ipv6'], clampsSegments: true } as const;

function lacks(targets: readonly RoutedTarget[], world: World): string[] {
  return planText({ steps: [], findings: preflight(targets, world) });
}

function sysctls(changes: object): ReturnType<typeof stateOf> {
  const state = stateOf();
  return { ...state, sysctls: { ...state.sysctls, ...changes } };
}

function stateOf(): Extract<ReturnType<typeof namespaceOf>, { read: 'state' }>['state'] {
  const reading = namespaceOf(vpn);
  if (reading.read !== 'state') throw new Error('no state');
  const { inode, routing, links, sysctls: switches } = reading.state;
  return { inode, routing, links, sysctls: switches };
}

describe('what is missing on the way through a warp', () => {
  it('is nothing where it forwards and masquerades', () => {
    expect(lacks([worker], around([worker], able))).to.deep.equal([]);
  });

  it('is said once for all targets, each with what mends it', () => {
    const targets = [worker, routed('api', { at: { 'vpn-net': '10.1.0.12' } })];
    const side = { tunnels: ['tun0'], dropping: [{ family: 'ipv4', backend: 'iptables-legacy' }] } as const;
    const world = around(targets, side, { state: sysctls({ ipv4Forwarding: false }) });
    expect(lacks(targets, world)).to.deep.equal([
      'caveat vpn: forwards no IPv4: of what is sent through it, it keeps what it does not answer itself',
      'caveat vpn: rewrites no sources of IPv4: what it only forwards gets no answer',
      'caveat vpn: drops what it is to forward by IPv4 unless a rule of its own accepts it (in its rules of iptables-legacy)',
      'caveat vpn: does not fit TCP segments to its tunnel tun0: pages may begin to load and then stall',
    ]);
    for (const { hints } of preflight(targets, world)) expect(hints).to.be.an('array').that.is.not.empty;
  });

  it('is not known where its rules could not be read, and then nothing is said of what may stand in them', () => {
    const world = around([worker], { unreadLegacy: ['ipv4', 'ipv6'], clampsSegments: true });
    expect(lacks([worker], world)).to.deep.equal([
      'caveat vpn: has rules of iptables-legacy for IPv4 that could not be read: they may drop what it is to forward',
    ]);
  });

  it('is only what is used of both families', () => {
    const warp = placed('vpn', { at: { 'vpn-net': '10.1.0.2,fd00::2' } });
    const only6 = routed('six', { warp, at: { 'vpn-net': '10.1.0.3,fd00::3' }, rules: ['2001:db8::/32'] });
    const state = sysctls({ ipv4Forwarding: false, ipv6Forwarding: false });
    expect(lacks([only6], around([only6], {}, { warp, state }))).to.deep.equal([
      'caveat vpn: forwards no IPv6: of what is sent through it, it keeps what it does not answer itself',
      'caveat vpn: rewrites no sources of IPv6: what it only forwards gets no answer',
    ]);
  });

  it('is what Fairlead sets up where it is asked to', () => {
    const asked = routed('worker', { nat: true });
    const world = around([asked], { tunnels: ['tun0'] }, { state: sysctls({ ipv4Forwarding: false }) });
    expect(lacks([asked], world)).to.deep.equal([]);
  });

  it('is a redirect past a warp with a single network, for a target that heeds it', () => {
    const warp = placed('vpn', { at: { 'vpn-net': '10.1.0.2' } });
    const target = routed('worker', { warp });
    const state = { ...sysctls({ sendRedirects: true }), links: stateOf().links.slice(0, 1) };
    const world = around([target], able, { warp, state });
    expect(lacks([target], world)).to.deep.equal([]);
    const heeding = namespaceOf(target.container, undefined, sysctls({ acceptRedirects: true }));
    const host = { interfaces: [], filtersBridged: false, nameServers: [] };
    const kernel = world.kernel && {
      ...world.kernel,
      namespaces: new Map([...world.kernel.namespaces, [target.container.id, heeding]]),
    };
    expect(lacks([target], { ...world, ...(kernel && { kernel: { ...kernel, host } }) })).to.deep.equal([]);
    const without = kernel && { ...kernel, host: { ...host, lacksNft: true as const } };
    expect(lacks([target], { ...world, ...(without && { kernel: without }) })).to.deep.equal([
      'caveat worker: redirects are heeded, and the warp vpn sends them: what comes after one goes past it',
    ]);
    const twoHomed = around([target], able, { warp, state: sysctls({ sendRedirects: true }) });
    expect(lacks([target], twoHomed)).to.deep.equal([]);
  });

  it('is the firewall of an internal network, where bridged packets pass through it', () => {
    const inner = bridge('vpn-net', '10.1.0.0/24', { internal: true });
    const target = routed('worker', { network: inner });
    const world = around([target], able);
    expect(lacks([target], world)).to.deep.equal([]);
    const { kernel } = world;
    if (!kernel?.host) throw new Error('no host');
    const filtering = { ...world, kernel: { ...kernel, host: { ...kernel.host, filtersBridged: true } } };
    expect(lacks([target], filtering)).to.deep.equal([
      'caveat worker on vpn-net: the network is internal and this host filters bridged packets: what is for elsewhere is dropped on it',
    ]);
  });
});
