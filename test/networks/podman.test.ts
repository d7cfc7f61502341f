import { expect } from 'chai';
import type { EngineInfo } from '../../src/lib/model/engine-info.js';
import type { NetworkSpec } from '../../src/lib/model/network.js';
import { declareNetwork } from '../../src/lib/networks/declaration.js';
import { planConnect } from '../../src/lib/networks/membership.js';
import { planNetworks } from '../../src/lib/networks/plan.js';
import { type ContainerSketch, container, network, planText, world } from '../support/world.js';

const podman: EngineInfo = { kind: 'podman', version: '5.4.2', apiVersion: '1.41' };

const pool = { subnet: '10.1.0.0/24' };

describe('The plan for a network of Podman', () => {
  const notKept: readonly (readonly [what: string, spec: Partial<NetworkSpec>, says: RegExp])[] = [
    ['attachable', { attachable: true }, /attachable/],
    ['a network without IPv4', { enableIpv4: false }, /enable_ipv4/],
    ['a config-only network', { configOnly: true }, /config-only/],
    ['a network made from another', { configFrom: 'base' }, /config-only/],
    ['another IPAM driver', { ipam: { driver: 'dhcp' } }, /IPAM driver dhcp/],
    ['options of the IPAM driver', { ipam: { options: { a: 'b' } } }, /options of the IPAM driver/],
    ['a range', { ipam: { pools: [{ ...pool, ipRange: '10.1.0.0/25' }] } }, /ip_range/],
    ['reserved addresses', { ipam: { pools: [{ ...pool, auxAddresses: { a: '10.1.0.9' } }] } }, /aux_/],
    ['a driver option', { options: { 'com.docker.network.bridge.enable_icc': 'false' } }, /enable_icc/],
  ];
  for (const [what, spec, says] of notKept) {
    it(`refuses ${what}, whether the network exists or not`, () => {
      for (const networks of [[], ['shared']]) {
        const declared = [declareNetwork({ name: 'shared', ...spec })];
        const { steps, findings } = planNetworks(declared, world(networks, [], podman));
        expect(steps).to.deep.equal([]);
        expect(findings.map(({ find }) => find)).to.deep.equal(['refused']);
        expect(findings[0]?.reason).to.match(says);
        expect(findings[0]?.hints?.join()).to.include('podman network create');
      }
    });
  }

  it('takes what is kept', () => {
    const spec: Partial<NetworkSpec> = {
      internal: true,
      attachable: false,
      enableIpv6: true,
      options: { 'com.docker.network.driver.mtu': '1400', 'com.docker.network.bridge.name': 'br7' },
      ipam: { driver: 'default', pools: [{ ...pool, gateway: '10.1.0.7' }] },
      labels: { a: 'b' },
    };
    const { steps } = planNetworks([declareNetwork({ name: 'shared', ...spec })], world([], [], podman));
    expect(steps.map(step => step.do)).to.deep.equal(['create-network']);
  });

  it('asks nothing of one that is external', () => {
    const declared = [{ ...declareNetwork({ name: 'shared', attachable: true }), external: true }];
    expect(planText(planNetworks(declared, world(['shared'], [], podman)))).to.deep.equal([
      'unchanged shared: exists; it is external',
    ]);
  });

  /** The plan for a network with another subnet than declared. */
  function recreation(labels: Record<string, string>, members: readonly ContainerSketch[]): string[] {
    const shared = network('shared', { labels, ipam: { driver: 'default', options: {}, pools: [pool] } });
    const spec = { name: 'shared', ipam: { pools: [{ subnet: '10.2.0.0/24' }] } };
    const declared = { ...declareNetwork(spec), onDrift: 'recreate' as const };
    const containers = members.map((sketch, i) => container(`c${String(i)}`, { on: ['shared'], ...sketch }));
    const plan = planNetworks([declared], world([shared], containers, podman), { force: true });
    return [...plan.steps.map(step => step.do), ...plan.findings.flatMap(({ hints = [] }) => hints)];
  }

  const ours = { 'fairlead.managed': 'true' };

  it('recreates what it made itself, while nobody is on it', () => {
    expect(recreation(ours, [])).to.deep.equal(['recreate-network']);
  });

  it('recreates nothing that somebody is on, stopped or not', () => {
    const why = ['Podman does not tell which addresses members asked for, so they could not be put back'];
    for (const state of ['running', 'exited'] as const)
      expect(recreation(ours, [{ state }])).to.deep.equal(why);
  });

  it('recreates nothing that somebody else made, by force neither', () => {
    expect(recreation({}, [])).to.deep.equal([
      'somebody else made it, and Podman does not tell all that it may have been made with',
    ]);
  });
});

describe('The plan for a membership of Podman', () => {
  const shared = network('shared');

  /** A container with an address on the network, that Podman does not tell to be one that was asked for. */
  function connected(ipv4: string | undefined): string[] {
    const endpoint = { networkName: 'shared', networkId: shared.id, ...(ipv4 !== undefined && { ipv4 }) };
    const web = container('web', { endpoints: [endpoint], settings: { shared: {} } });
    const seen = world([shared], [web], podman);
    const wanted = { ipv4: '10.1.0.9' };
    return planConnect(seen, shared, web, wanted).findings.map(({ find }) => find);
  }

  it('holds the address that is there against the one asked for', () => {
    expect(connected('10.1.0.9')).to.deep.equal(['unchanged']);
    expect(connected('10.1.0.8')).to.deep.equal(['drift']);
  });

  it('finds no fault with the address of a container that has none, as it does not run', () => {
    expect(connected(undefined)).to.deep.equal(['unchanged']);
  });

  it('moves no gateway, as there is none, and gives none a priority', () => {
    const proxy = container('proxy', {
      on: ['zzz'],
      ports: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
    });
    const aaa = network('aaa');
    const seen = world([aaa, 'zzz'], [proxy], podman);
    expect(planConnect(seen, aaa, proxy, {}).findings).to.deep.equal([]);
    expect(planConnect(seen, aaa, proxy, { gatewayPriority: 1 }).findings[0]).to.deep.include({
      find: 'refused',
      reason: 'Podman has no gateway priorities: every network brings a default route',
    });
  });
});
