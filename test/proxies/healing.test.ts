import { expect } from 'chai';
import { engines, idOf, network, world } from '../support/world.js';
import type { Endpoint, EndpointSettings } from '../../src/lib/model/container.js';
import type { World } from '../../src/lib/model/world.js';
import { proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { planProxies } from '../../src/lib/proxies/plan.js';
import { home, joins, leaves, proxy, web } from './plans.js';

const on = (networkName: string): Endpoint => ({ networkName, networkId: idOf(`net ${networkName}`) });
/** An entry for a network that was removed; one of the same name may be there again. */
const stale = (networkName: string): Endpoint => ({ networkName, networkId: idOf(`old ${networkName}`) });
const owned: EndpointSettings = { driverOptions: { 'fairlead.owner': 'proxy' }, gatewayPriority: -1 };
const had: EndpointSettings = { aliases: ['edge'], ipv4: '10.9.0.5', gatewayPriority: 3 };

const gone = 'the network it refers to is gone, and with it the container cannot start';
const remade = 'the network was made anew, and with the old entry the container cannot start';

const stopped = (
  endpoints: readonly Endpoint[],
  settings: Readonly<Record<string, EndpointSettings>> = {},
  more: Parameters<typeof proxy>[0] = {},
): ReturnType<typeof proxy> => proxy({ state: 'exited', endpoints, settings, ...more });

/** The settings that the first connect of a plan asks for. */
function connects(seen: World): EndpointSettings | undefined {
  const step = planProxies([proxyDeclaration('http-proxy')], seen).steps.find(
    ({ do: verb }) => verb === 'connect',
  );
  return step?.do === 'connect' ? step.endpoint : undefined;
}

describe('A stopped proxy', () => {
  const cases: readonly [name: string, seen: World, expected: readonly string[]][] = [
    [
      'loses the entry of a network that is gone, whoever connected it',
      world(
        ['proxy_default'],
        [stopped([on('proxy_default'), stale('blog'), stale('mine')], { blog: owned })],
      ),
      [
        `disconnect http-proxy ← blog [stale]: ${gone}`,
        `disconnect http-proxy ← mine [stale]: ${gone}`,
        home,
      ],
    ],
    [
      'joins anew what Fairlead had joined and is wanted',
      world(
        ['proxy_default', 'shop'],
        [stopped([on('proxy_default'), stale('shop')], { shop: owned }), web({ on: ['shop'] })],
      ),
      [
        `disconnect http-proxy ← shop [stale]: ${remade}`,
        'connect http-proxy → shop [priority -1]: routes web (VIRTUAL_HOST=shop.local)',
        home,
      ],
    ],
    [
      'lets go of what Fairlead had joined and nothing is left on',
      world(['proxy_default', 'shop'], [stopped([on('proxy_default'), stale('shop')], { shop: owned })]),
      [`disconnect http-proxy ← shop [stale]: ${gone}`, home],
    ],
    [
      'gets back what somebody had connected, routable containers or not',
      world(['proxy_default', 'mine'], [stopped([on('proxy_default'), stale('mine')], { mine: {} })]),
      [
        `disconnect http-proxy ← mine [stale]: ${remade}`,
        'connect http-proxy → mine: as it was before',
        home,
      ],
    ],
    [
      'gets its home network back that was made anew under its name',
      world(['proxy_default'], [stopped([stale('proxy_default')], { proxy_default: {} })]),
      [
        `disconnect http-proxy ← proxy_default [stale]: ${remade}`,
        'connect http-proxy → proxy_default: as it was before',
      ],
    ],
    [
      'cannot be helped whose home network is gone, and keeps what it had there for when it is back',
      world(['shop'], [stopped([stale('proxy_default'), on('shop')], { shop: owned }), web()]),
      [
        'kept http-proxy on shop: routes web (VIRTUAL_HOST=shop.local)',
        'refused http-proxy on proxy_default: its home network is gone: it cannot start',
      ],
    ],
    [
      'cannot be helped that was created on the ID of a network that is gone',
      world(
        ['proxy_default'],
        [
          stopped(
            [stale('proxy_default')],
            {},
            {
              networkMode: { kind: 'network', network: idOf('old proxy_default') },
            },
          ),
        ],
      ),
      [
        'refused http-proxy on proxy_default: its home network is gone, and it was created on that network’s ID: it cannot start',
      ],
    ],
    [
      'is left alone where it could not be read what it had on a network that was made anew',
      world(
        ['proxy_default', 'shop'],
        [stopped([on('proxy_default'), stale('shop')], {}, { unreadable: 'timed out' })],
      ),
      [home, 'refused http-proxy on shop: it was made anew, and what the proxy had there could not be read'],
    ],
    [
      'keeps its entry for the default bridge, which has another ID after every engine start',
      world([], [stopped([stale('bridge')], {}, { networkMode: { kind: 'network', network: 'bridge' } })]),
      ['kept http-proxy on bridge: its home network'],
    ],
    [
      'that would start on no network is brought home: what an interrupted healing left',
      world(['proxy_default'], [stopped([])]),
      ['connect http-proxy → proxy_default: its home network: without it, it would start cut off'],
    ],
    [
      'that publishes ports and would start on internal networks alone is brought home',
      world(
        ['proxy_default', network('inside', { internal: true })],
        [stopped([on('inside')], { inside: {} }, { publishes: ['80/tcp'] })],
      ),
      [
        'connect http-proxy → proxy_default: its home network: without it, it would start cut off',
        'kept http-proxy on inside: not joined by Fairlead',
      ],
    ],
    [
      'keeps what Fairlead had joined, where that is its only way out for its ports',
      world(
        [network('proxy_default', { internal: true }), 'shop'],
        [stopped([on('proxy_default'), stale('shop')], { shop: owned }, { publishes: ['80/tcp'] })],
      ),
      [
        `disconnect http-proxy ← shop [stale]: ${gone}`,
        'connect http-proxy → shop [priority -1]: as it was before: without it, it would start cut off',
        home,
      ],
    ],
    [
      'that somebody took off its home network and has another stays as it is',
      world(['proxy_default', 'mine'], [stopped([on('mine')], { mine: {} }, { publishes: ['80/tcp'] })]),
      ['kept http-proxy on mine: not joined by Fairlead'],
    ],
  ];
  for (const [name, seen, expected] of cases) {
    it(name, () => {
      expect(joins(seen)).to.deep.equal(expected);
    });
  }

  it('has nothing to gain from an entry that a proxy’s declaration excludes', () => {
    const seen = world(
      ['proxy_default', 'shop'],
      [stopped([on('proxy_default'), stale('shop')], { shop: owned }), web()],
    );
    expect(joins(seen, { networks: { deny: ['shop'] } })[0]).to.equal(
      `disconnect http-proxy ← shop [stale]: ${gone}`,
    );
  });

  it('stays on what is pinned or never left, also if Fairlead joined it', () => {
    const seen = world(
      ['proxy_default', 'shop'],
      [stopped([on('proxy_default'), stale('shop')], { shop: owned })],
    );
    for (const settings of [{ pinned: ['shop'] }, { leave: 'never' as const }]) {
      expect(joins(seen, settings)).to.deep.equal([
        `disconnect http-proxy ← shop [stale]: ${remade}`,
        'connect http-proxy → shop [priority -1]: as it was before',
        home,
      ]);
    }
  });

  it('gets back its aliases, its gateway priority, and its address if the new network has it', () => {
    const withPool = (subnet: string): World =>
      world(
        [network('proxy_default', { ipam: { driver: 'default', options: {}, pools: [{ subnet }] } })],
        [stopped([stale('proxy_default')], { proxy_default: had })],
      );
    expect(connects(withPool('10.9.0.0/24'))).to.deep.equal(had);
    expect(connects(withPool('10.8.0.0/24'))).to.deep.equal({ aliases: ['edge'], gatewayPriority: 3 });
  });

  it('loses only what Fairlead joined when its joins are undone', () => {
    const seen = world(
      ['proxy_default', 'mine'],
      [stopped([on('proxy_default'), stale('shop'), stale('mine')], { shop: owned, mine: {} })],
    );
    expect(leaves(seen)).to.deep.equal(['disconnect http-proxy ← shop [stale]: joined by Fairlead', home]);
  });
});

describe('A created proxy', () => {
  const created = (...endpoints: Endpoint[]): ReturnType<typeof proxy> =>
    proxy({ state: 'created', endpoints });

  it('has no IDs recorded, and needs none', () => {
    expect(joins(world(['proxy_default'], [created({ networkName: 'proxy_default' })]))).to.deep.equal([
      home,
    ]);
  });

  it('loses the entry of a name that no network has any more', () => {
    const seen = world(
      ['proxy_default'],
      [created({ networkName: 'proxy_default' }, { networkName: 'blog' })],
    );
    expect(joins(seen)).to.deep.equal([`disconnect http-proxy ← blog [stale]: ${gone}`, home]);
  });

  it('cannot be helped whose home network is gone', () => {
    expect(joins(world([], [created({ networkName: 'proxy_default' })]))).to.deep.equal([
      'refused http-proxy on proxy_default: its home network is gone: it cannot start',
    ]);
  });
});

describe('A proxy that is not at rest', () => {
  it('is not healed while it runs: what looks like a stale entry is a race', () => {
    const seen = world(['proxy_default'], [proxy({ endpoints: [on('proxy_default'), stale('blog')] })]);
    expect(joins(seen)).to.deep.equal([home]);
  });

  it('is not touched in a restart loop, whatever was recorded there by a connect that was refused', () => {
    const seen = world(
      ['proxy_default', 'shop'],
      [proxy({ state: 'restarting', endpoints: [on('proxy_default'), stale('blog'), on('shop')] }), web()],
    );
    expect(joins(seen)).to.deep.equal([
      'refused http-proxy: in a restart loop: the engine cannot connect it between two runs',
    ]);
  });

  it('is on what was recorded there once it runs, and keeps or leaves it as any other', () => {
    const recorded = proxy({
      endpoints: [
        on('proxy_default'),
        { ...on('shop'), gatewayPriority: -1 },
        { ...on('blog'), gatewayPriority: -1 },
      ],
      settings: { shop: owned, blog: owned },
    });
    const lines = joins(world(['proxy_default', 'shop', 'blog'], [recorded, web()], engines['28.5']));
    expect(lines).to.deep.equal([
      'disconnect http-proxy ← blog: no routable container left',
      home,
      'kept http-proxy on shop: routes web (VIRTUAL_HOST=shop.local)',
    ]);
  });

  it('is joined as new where it was recreated under the same name', () => {
    const recreated = proxy({
      id: idOf('another one'),
      state: 'created',
      endpoints: [{ networkName: 'proxy_default' }],
    });
    expect(joins(world(['proxy_default', 'shop'], [recreated, web()]))[0]).to.match(
      /^connect http-proxy → shop/,
    );
  });
});
