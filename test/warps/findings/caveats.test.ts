import { expect } from 'chai';
import type { EngineInfo } from '../../../src/lib/model/engine-info.js';
import type { World } from '../../../src/lib/model/world.js';
import { caveats } from '../../../src/lib/warps/findings/caveats.js';
import { dnsPath } from '../../../src/lib/warps/findings/dns-path.js';
import { parseExternalServers } from '../../../src/lib/netns/external-servers.js';
import type { RoutedTarget } from '../../../src/lib/warps/routes/route.js';
import { engines, network, planText } from '../../support/world.js';
import { around, routed } from '../routed.js';
import { bridge, namespaceOf } from '../scenes.js';

const guarded = new Set(['vpn-net']);
const safe = { dns: ['9.9.9.9'], powers: { netAdmin: false, netRaw: false } };

function said(target: RoutedTarget, world: World, { strict = false, guard = guarded } = {}): string[] {
  return planText({ steps: [], findings: caveats([target], world, { strict, guarded: guard }) });
}

function asking(target: RoutedTarget, engine: EngineInfo, ...nameServers: readonly string[]): World {
  const world = around([target]);
  const { kernel } = world;
  if (!kernel?.host) throw new Error('no host');
  return { ...world, engine, kernel: { ...kernel, host: { ...kernel.host, nameServers } } };
}

describe('what routing cannot promise', () => {
  it('is nothing for a target with a name server of its own, on guarded networks', () => {
    const target = routed('worker', safe);
    expect(said(target, around([target]), { strict: true })).to.deep.equal([]);
  });

  it('is the time while it starts, and what its capabilities are good for', () => {
    const plain = routed('worker', safe);
    const open = { guard: new Set<string>() };
    expect(said(plain, around([plain]), open)).to.deep.equal([
      'caveat worker: what is sent in the first milliseconds of a start goes past the warp: vpn-net is not guarded',
    ]);
    const raw = routed('worker', { ...safe, powers: { netAdmin: false, netRaw: true } });
    expect(said(raw, around([raw]), { ...open, strict: true })).to.deep.equal([
      'refused worker: what is sent in the first milliseconds of a start goes past the warp, and with CAP_NET_RAW, which is there by default, any packet can: vpn-net is not guarded',
    ]);
    const admin = routed('worker', { ...safe, powers: { netAdmin: true, netRaw: true } });
    expect(said(admin, around([admin]), open)[0]).to.include(
      'with CAP_NET_ADMIN all routing can be removed at any time',
    );
  });

  it('is every other network that leads out, and none that does not', () => {
    const inner = network('inner', { internal: true });
    const target = routed('worker', {
      ...safe,
      at: { 'vpn-net': '10.1.0.3', egress: '198.18.1.9', inner: '10.3.0.2' },
    });
    const [only] = said(target, around([target], {}, { networks: [inner] }));
    expect(only).to.match(/: egress is not guarded$/);
  });

  it('is IPv6 that is blocked, which is no leak', () => {
    const target = routed('worker', { ...safe, at: { 'vpn-net': '10.1.0.3,fd00::3' } });
    expect(said(target, around([target]), { strict: true })).to.deep.equal([
      'caveat worker: what is sent by IPv6 is blocked: the warp vpn has no IPv6 address on vpn-net',
    ]);
  });

  it('is published ports behind a strict reverse path filter', () => {
    const target = routed('web', { ...safe, publishes: ['80/tcp'] });
    const world = around([target]);
    expect(said(target, world)).to.deep.equal([]);
    const reading = namespaceOf(target.container);
    if (reading.read !== 'state' || !world.kernel) throw new Error('no state');
    const sysctls = { ...reading.state.sysctls, reversePathFilter: 1, srcValidMark: false } as const;
    const strict = namespaceOf(target.container, undefined, { sysctls });
    const namespaces = new Map([...world.kernel.namespaces, [target.container.id, strict]]);
    expect(said(target, { ...world, kernel: { ...world.kernel, namespaces } })).to.deep.equal([
      'caveat web: published ports take no connections from outside: the reverse path filter is strict',
    ]);
  });

  it('is published ports on a bridge that is not to be seen', () => {
    const untold = (publishes: readonly string[], rules = ['0.0.0.0/0']): string[] => {
      const target = routed('web', { ...safe, publishes, rules });
      const world = around([target]);
      const { kernel } = world;
      if (!kernel?.host) throw new Error('no host');
      return said(target, { ...world, kernel: { ...kernel, host: { ...kernel.host, bridgeMacs: {} } } });
    };
    expect(untold(['80/tcp'])).to.deep.equal([
      'caveat web: published ports take no connections from outside: the bridge of the network is not to be seen from here',
    ]);
    expect(untold([])).to.deep.equal([]);
    expect(untold(['80/tcp'], ['10.0.0.0/8'])).to.deep.equal([]);
  });

  it('is published TCP ports while the route is blocked, where the switch for them cannot be set', () => {
    const blocked = (publishes: readonly string[], rules = ['0.0.0.0/0'], lacks = true): string[] => {
      const target = routed('web', { ...safe, publishes, rules });
      const world = around([target]);
      const reading = namespaceOf(target.container);
      if (reading.read !== 'state' || !world.kernel?.host) throw new Error('no state');
      const sysctls = { ...reading.state.sysctls, ...(lacks && { lacksMarkSwitch: true as const }) };
      const unset = namespaceOf(target.container, undefined, { sysctls });
      const namespaces = new Map([...world.kernel.namespaces, [target.container.id, unset]]);
      return said(target, { ...world, kernel: { ...world.kernel, namespaces } });
    };
    expect(blocked(['80/tcp'])).to.deep.equal([
      'caveat web: published TCP ports do not answer while the route is blocked: /proc/sys is read-only here',
    ]);
    expect(blocked([])).to.deep.equal([]);
    expect(blocked(['80/tcp'], ['10.0.0.0/8'])).to.deep.equal([]);
    expect(blocked(['80/tcp'], ['0.0.0.0/0'], false)).to.deep.equal([]);
  });

  it('is name lookups that the engine sends on from the host', () => {
    const target = routed('worker', { ...safe, dns: [] });
    expect(said(target, asking(target, engines['28.5'], '198.18.0.53'))).to.deep.equal([
      'caveat worker: name lookups go past the warp: Engine 28.5.2 sends them on from the host itself',
    ]);
    expect(said(target, asking(target, engines['26.1'], '198.18.0.53'))).to.deep.equal([]);
    const partly = routed('worker', { ...safe, dns: [], rules: ['10.0.0.0/8', '0.0.0.0/0 tcp'] });
    expect(said(partly, asking(partly, engines['28.5'], '198.18.0.53'))).to.deep.equal([]);
    const lookups = routed('worker', { ...safe, dns: [], rules: ['0.0.0.0/0 udp 50-60'] });
    expect(said(lookups, asking(lookups, engines['28.5'], '198.18.0.53'))).to.have.lengthOf(1);
  });
});

describe('the way of name lookups', () => {
  const podman: EngineInfo = { kind: 'podman', version: '5.0.0', apiVersion: '1.41' };

  function pathFor(
    engine: EngineInfo,
    servers: readonly string[],
    at = '10.1.0.3',
    dns: readonly string[] = [],
  ): string {
    const { container } = routed('worker', { ...safe, dns, at: { 'vpn-net': at } });
    if (container.reading.read !== 'details') throw new Error('no details');
    const world = asking({ ...routed('worker'), container }, engine, ...servers);
    return dnsPath(container, container.reading.details, world);
  }

  for (const [engine, servers, path] of [
    ['20.10', ['198.18.0.53'], 'container'],
    ['20.10', ['127.0.0.53'], 'host'],
    ['20.10', ['2001:db8::53'], 'container'],
    ['26.1', ['198.18.0.53'], 'container'],
    ['26.1', ['127.0.0.53'], 'host'],
    ['26.1', ['198.18.0.53', '2001:db8::53'], 'host'],
    ['26.1', ['fe80::1%eth0'], 'host'],
    ['28.5', ['198.18.0.53'], 'host'],
  ] as const) {
    it(`on Engine ${engine} with ${servers.join(', ')} begins in the ${path}`, () => {
      expect(pathFor(engines[engine], servers)).to.equal(path);
    });
  }

  it('depends on the addresses of the container, on its own servers, and on the engine', () => {
    expect(pathFor(engines['26.1'], ['2001:db8::53'], '10.1.0.3,fd00::3')).to.equal('container');
    expect(pathFor(engines['28.5'], ['127.0.0.53'], '10.1.0.3', ['9.9.9.9'])).to.equal('container');
    expect(pathFor(podman, ['198.18.0.53'], '10.1.0.3', ['9.9.9.9'])).to.equal('host');
  });

  it('is the program’s own on the default bridge and on internal networks', () => {
    const { container } = routed('worker', {
      ...safe,
      dns: [],
      at: { bridge: '172.17.0.3', inner: '10.3.0.2' },
    });
    if (container.reading.read !== 'details') throw new Error('no details');
    const world = around(
      [{ ...routed('worker'), container }],
      {},
      {
        networks: [bridge('inner', '10.3.0.0/24', { internal: true })],
      },
    );
    expect(dnsPath(container, container.reading.details, world)).to.equal('container');
  });

  it('is what the engine has noted, where somebody looked', () => {
    const target = routed('worker', { ...safe, dns: [] });
    const world = asking(target, engines['28.5'], '198.18.0.53');
    const noted = (text: string): string => {
      const { kernel } = world;
      if (!kernel || target.container.reading.read !== 'details') throw new Error('no details');
      const externalServers = parseExternalServers(text) ?? [];
      const reading = namespaceOf(target.container, undefined, { externalServers });
      const namespaces = new Map([...kernel.namespaces, [target.container.id, reading]]);
      const seen = { ...world, kernel: { ...kernel, namespaces } };
      return dnsPath(target.container, target.container.reading.details, seen);
    };
    expect(noted('nameserver 127.0.0.11\n# ExtServers: [9.9.9.9]\n')).to.equal('container');
    expect(noted('nameserver 127.0.0.11\n# ExtServers: [9.9.9.9 host(127.0.0.53)]\n')).to.equal('host');
  });
});
