import { expect } from 'chai';
import { container, engines, idOf, network, planText, world } from '../support/world.js';
import type { EngineInfo } from '../../src/lib/model/engine-info.js';
import type { Network, NetworkSpec } from '../../src/lib/model/network.js';
import { declareNetwork } from '../../src/lib/networks/declaration.js';
import { planConnect, planDisconnect } from '../../src/lib/networks/membership.js';
import { planNetworks } from '../../src/lib/networks/plan.js';

function plan(
  spec: Partial<NetworkSpec>,
  networks: readonly (Network | string)[],
  engine?: EngineInfo,
): string[] {
  return planText(planNetworks([declareNetwork({ name: 'shared', ...spec })], world(networks, [], engine)));
}

describe('The plan for a network', () => {
  it('creates what is missing, and marks it as its own', () => {
    const { steps } = planNetworks(
      [declareNetwork({ name: 'shared', labels: { tier: 'web' } })],
      world([], []),
    );
    expect(steps).to.have.length(1);
    expect(steps[0]).to.deep.include({
      do: 'create-network',
      spec: { name: 'shared', labels: { tier: 'web', 'fairlead.managed': 'true' } },
    });
  });

  it('leaves what exists as declared', () => {
    expect(plan({}, ['shared'])).to.deep.equal([
      `unchanged shared: exists as declared (${idOf('net shared').slice(0, 12)})`,
    ]);
  });

  it('takes a name for itself only: my-shared and shared2 are other networks', () => {
    expect(plan({}, ['my-shared', 'shared2', 'Shared'])).to.deep.equal([
      'create shared: no network of this name exists',
    ]);
  });

  it('shows drift and plans nothing for it', () => {
    const result = planNetworks([declareNetwork({ name: 'shared', internal: true })], world(['shared'], []));
    expect(result.steps).to.deep.equal([]);
    expect(result.findings[0]).to.deep.include({
      find: 'drift',
      drift: [{ field: 'internal', declared: 'true', actual: 'false' }],
    });
  });

  it('takes drift in labels alone less seriously', () => {
    expect(plan({ labels: { a: '1' } }, ['shared'])[0]).to.match(/^label-drift shared/);
  });

  it('refuses a name that stands for two networks', () => {
    const twins = [network('shared'), network('shared', { id: idOf('other') })];
    expect(plan({}, twins)[0]).to.match(/^refused shared: the name stands for 2 networks: /);
  });

  it('removes a second network that it made itself at the same moment, if nothing is on it', () => {
    const own = { labels: { 'fairlead.managed': 'true' } };
    const twins = [
      network('shared', { ...own, id: idOf('younger'), created: '2026-01-01T00:00:02Z' }),
      network('shared', own),
    ];
    const lines = (members: string[]): string[] =>
      planText(
        planNetworks(
          [declareNetwork({ name: 'shared' })],
          world(
            twins,
            members.map(id => container('web', { endpoints: [{ networkName: 'shared', networkId: id }] })),
          ),
        ),
      );
    expect(lines([])[0]).to.match(/^remove shared: a second network of this name/);
    expect(lines([])[1]).to.match(/^unchanged shared/);
    expect(lines([idOf('younger')])).to.have.length(1);
    expect(lines([idOf('younger')])[0]).to.match(/^refused shared: the name stands for 2 networks/);
  });

  it('refuses a subnet that another network uses, and says which', () => {
    const other = network('other', {
      ipam: { driver: 'default', options: {}, pools: [{ subnet: '10.7.0.0/16' }] },
    });
    expect(plan({ ipam: { pools: [{ subnet: '10.7.1.0/24' }] } }, [other])).to.deep.equal([
      'refused shared: its subnet 10.7.1.0/24 overlaps 10.7.0.0/16 of network other',
    ]);
  });

  it('does not mind the subnet of a config-only network, which holds no addresses', () => {
    const template = network('template', {
      configOnly: true,
      ipam: { driver: 'default', options: {}, pools: [{ subnet: '10.7.0.0/16' }] },
    });
    expect(plan({ ipam: { pools: [{ subnet: '10.7.0.0/16' }] } }, [template])[0]).to.match(/^create shared/);
  });

  it('refuses what this engine would ignore without a word', () => {
    expect(plan({ enableIpv4: false, enableIpv6: true }, [], engines['26.1'])[0]).to.match(
      /^refused shared: enable_ipv4: false takes Engine 28\.0/,
    );
  });

  it('refuses IPv6 without a subnet on an engine that has no pool for it', () => {
    expect(plan({ enableIpv6: true }, [], engines['20.10'])[0]).to.match(
      /^refused shared: IPv6 needs an IPv6 subnet/,
    );
    expect(plan({ enableIpv6: true }, [], engines['28.5'])[0]).to.match(/^create shared/);
  });
});

describe('The plan to connect a container', () => {
  const connect = (
    sketch: Parameters<typeof container>[1],
    wanted: Parameters<typeof planConnect>[3] = {},
    engine = engines['28.5'],
    target = network('back'),
  ): string[] => planText(planConnect(world([target], [], engine), target, container('api', sketch), wanted));

  it('connects one that is not on the network', () => {
    expect(connect({})).to.deep.equal(['connect api → back [priority -1]: as asked']);
  });

  it('does nothing for one that is', () => {
    expect(connect({ on: ['back'] })).to.deep.equal(['unchanged api on back: already connected']);
  });

  it('does nothing for one that is, with what was asked for', () => {
    const settings = { back: { aliases: ['db', 'sql'], ipv4: '10.7.0.5' } };
    expect(connect({ on: ['back'], settings }, { aliases: ['db'], ipv4: '10.7.0.5' })).to.deep.equal([
      'unchanged api on back: already connected, with these settings',
    ]);
  });

  it('shows what differs, and does not interrupt the container for it', () => {
    const result = planConnect(world(['back'], []), network('back'), container('api', { on: ['back'] }), {
      aliases: ['db'],
      ipv4: '10.7.0.5',
    });
    expect(result.steps).to.deep.equal([]);
    expect(result.findings[0]?.drift).to.deep.equal([
      { field: 'alias', declared: 'db', actual: '(none)' },
      { field: 'ip', declared: '10.7.0.5', actual: '(none)' },
    ]);
  });

  it('heals a stopped container whose entry refers to a network that was made again', () => {
    const endpoints = [{ networkName: 'back', networkId: idOf('removed') }];
    expect(connect({ state: 'exited', endpoints })).to.deep.equal([
      'disconnect api ← back [stale]: its entry refers to a network of this name that is gone',
      'connect api → back [priority -1]: as asked',
    ]);
  });

  const refusals: readonly [name: string, lines: string[], expected: RegExp][] = [
    ['a container in host mode', connect({ networkMode: { kind: 'host' } }), /in host mode/],
    [
      'one that shares another’s network',
      connect({ networkMode: { kind: 'container', of: 'x' } }),
      /shares the network/,
    ],
    ['one in a restart loop', connect({ state: 'restarting' }), /restart loop/],
    [
      'a config-only network',
      connect({}, {}, engines['28.5'], network('t', { configOnly: true })),
      /config-only/,
    ],
    [
      'a swarm network that is not attachable',
      connect({}, {}, engines['28.5'], network('ov', { driver: 'overlay', scope: 'swarm' })),
      /not attachable/,
    ],
    [
      'a gateway priority on an engine without',
      connect({}, { gatewayPriority: 5 }, engines['20.10']),
      /28\.0 or later/,
    ],
  ];
  for (const [name, lines, expected] of refusals) {
    it(`refuses ${name}`, () => {
      expect(lines).to.have.length(1);
      expect(lines[0])
        .to.match(/^refused /)
        .and.to.match(expected);
    });
  }
});

describe('The plan to disconnect a container', () => {
  it('disconnects one that is on the network', () => {
    expect(
      planText(planDisconnect(world(['back'], []), network('back'), container('api', { on: ['back'] }))),
    ).to.deep.equal([
      'disconnect api ← back: as asked',
      'warning api on back: leaving back moves its default route away from back, to no other network',
    ]);
  });

  it('does nothing for one that is not', () => {
    expect(planText(planDisconnect(world(['back'], []), network('back'), container('api')))).to.deep.equal([
      'unchanged api on back: not connected',
    ]);
  });

  it('leaves an entry alone that belongs to another network of the same name', () => {
    const endpoints = [{ networkName: 'back', networkId: idOf('another') }];
    expect(
      planText(planDisconnect(world(['back'], []), network('back'), container('api', { endpoints }))),
    ).to.deep.equal(['unchanged api on back: not connected']);
  });
});
