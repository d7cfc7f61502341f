import { expect } from 'chai';
import { container, engines, idOf, network, planText, world } from '../support/world.js';
import { type ProxySettings, proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { planProxies } from '../../src/lib/proxies/plan.js';
import { home, joins, leaves, proxy, web } from './plans.js';

describe('The networks a proxy may be on', () => {
  const cases: readonly [name: string, networks: ProxySettings['networks'], allowed: boolean][] = [
    ['any, where nothing is said', {}, true],
    ['one that is allowed', { allow: ['sh*'] }, true],
    ['not one that is not', { allow: ['blog', 'wiki'] }, false],
    ['none, where none is', { allow: [] }, false],
    ['not one that is denied', { deny: ['re:^shop$'] }, false],
    ['not one that is allowed and denied', { allow: ['*'], deny: ['shop'] }, false],
    ['any but those that are denied', { deny: ['blog'] }, true],
  ];
  for (const [name, networks, allowed] of cases) {
    it(name, () => {
      const lines = joins(world(['proxy_default', 'shop'], [proxy(), web()]), { networks });
      expect(lines).to.deep.equal(
        allowed
          ? ['connect http-proxy → shop [priority -1]: routes web (VIRTUAL_HOST=shop.local)', home]
          : [home, 'ignored web: only on networks that are excluded: shop'],
      );
    });
  }

  it('are left when they are no longer allowed, if Fairlead joined them', () => {
    const seen = world(
      ['proxy_default', 'shop', 'mine'],
      [proxy({ on: ['proxy_default', 'mine'], joined: ['shop'] }), web({ on: ['shop', 'mine'] })],
    );
    expect(joins(seen, { networks: { deny: ['shop', 'mine'] } })).to.deep.equal([
      'disconnect http-proxy ← shop: excluded from the networks it may join',
      home,
      'kept http-proxy on mine: not joined by Fairlead',
    ]);
  });

  it('do not make a container unreachable that shares one with the proxy', () => {
    const seen = world(['proxy_default'], [proxy(), web({ on: ['proxy_default'] })]);
    expect(joins(seen, { networks: { deny: ['*'] } })).to.deep.equal([home]);
  });
});

describe('What a proxy leaves', () => {
  const seen = (joined: string): ReturnType<typeof world> =>
    world(['proxy_default', 'zoo', joined], [proxy({ on: ['proxy_default', 'zoo'], joined: [joined] })]);
  const gone = 'disconnect http-proxy ← blog: no routable container left';
  const zooGone = 'disconnect http-proxy ← zoo: no routable container left';
  const cases: readonly [settings: Partial<ProxySettings>, expected: readonly string[]][] = [
    [{}, [gone, home, 'kept http-proxy on zoo: not joined by Fairlead']],
    [{ leave: 'any' }, [zooGone, gone, home]],
    [
      { leave: 'never' },
      [
        home,
        'kept http-proxy on zoo: it never leaves a network',
        'kept http-proxy on blog: it never leaves a network',
      ],
    ],
    [
      { pinned: ['b*'] },
      [home, 'kept http-proxy on zoo: not joined by Fairlead', 'kept http-proxy on blog: pinned (b*)'],
    ],
    [{ leave: 'any', pinned: ['re:log'] }, [zooGone, home, 'kept http-proxy on blog: pinned (re:log)']],
    [
      { leave: 'any', networks: { deny: ['zoo'] } },
      ['disconnect http-proxy ← zoo: excluded from the networks it may join', gone, home],
    ],
  ];
  for (const [settings, expected] of cases) {
    it(`with ${JSON.stringify(settings)}`, () => {
      expect(joins(seen('blog'), settings)).to.deep.equal(expected);
    });
  }

  it('is never what another job of Fairlead attached, even if it leaves any', () => {
    const attached = { driverOptions: { 'fairlead.owner': 'attachment' } };
    const seenIt = world(
      ['proxy_default', 'shared'],
      [proxy({ on: ['proxy_default', 'shared'], settings: { shared: attached } })],
    );
    expect(joins(seenIt, { leave: 'any' })).to.deep.equal([
      home,
      'kept http-proxy on shared: attached by Fairlead (attachment)',
    ]);
  });

  it('is nothing that is not known to be its own, where it could not be read, even if it leaves any', () => {
    const seenIt = world(['proxy_default', 'blog'], [proxy({ joined: ['blog'], unreadable: 'timed out' })]);
    expect(joins(seenIt, { leave: 'any' })).to.include(
      'kept http-proxy on blog: could not read who joined it: timed out',
    );
  });

  it('is on request everything that it joined, but for what is pinned', () => {
    const containers = [proxy({ joined: ['shop', 'blog'] }), web()];
    expect(leaves(world(['proxy_default', 'shop', 'blog'], containers), { pinned: ['blog'] })).to.deep.equal([
      'disconnect http-proxy ← shop: joined by Fairlead',
      home,
      'kept http-proxy on blog: pinned (blog)',
    ]);
  });

  describe('never strands it', () => {
    const inside = network('inside', { internal: true });
    const away = { kind: 'network', network: 'gone' } as const;

    it('on no network: of several it keeps one with a way out for its ports', () => {
      const seenIt = world(
        [inside, 'open'],
        [proxy({ on: [], joined: ['inside', 'open'], publishes: ['80/tcp'], networkMode: away })],
      );
      expect(joins(seenIt)).to.deep.equal([
        'disconnect http-proxy ← inside: no routable container left',
        'kept http-proxy on open: its last network',
      ]);
    });

    it('on internal networks, while it publishes ports', () => {
      const sketch = { on: ['inside'], joined: ['open'], networkMode: away } as const;
      const publishing = joins(world([inside, 'open'], [proxy({ ...sketch, publishes: ['80/tcp'] })]));
      expect(publishing).to.include(
        'kept http-proxy on open: its last network that is not internal, and it publishes ports',
      );
      const quiet = joins(world([inside, 'open'], [proxy(sketch)]));
      expect(quiet[0]).to.equal('disconnect http-proxy ← open: no routable container left');
    });

    it('but lets go of what a join of the same plan replaces', () => {
      const seenIt = world(
        ['blog', 'shop'],
        [proxy({ on: [], joined: ['blog'], publishes: ['80/tcp'], networkMode: away }), web()],
      );
      const steps = joins(seenIt).map(line => line.split(':')[0]);
      expect(steps.slice(0, 2)).to.deep.equal([
        'connect http-proxy → shop [priority -1]',
        'disconnect http-proxy ← blog',
      ]);
    });
  });
});

describe('Where a name stands for several networks', () => {
  const first = network('shop', { id: idOf('first'), created: '2026-01-01T00:00:00Z' });
  const second = network('shop', { id: idOf('second'), created: '2026-01-02T00:00:00Z' });
  const on = (id: string): { networkName: string; networkId: string } => ({
    networkName: 'shop',
    networkId: id,
  });
  const app = (name: string, id: string): ReturnType<typeof container> =>
    container(name, { endpoints: [on(id)], env: { VIRTUAL_HOST: name } });
  const clash =
    'refused http-proxy on shop: it is on another network of the same name, and a container can be on one only';

  it('a proxy joins the older one, whichever comes first, and says why not the other', () => {
    for (const networks of [
      [first, second],
      [second, first],
    ]) {
      const apps = [app('b', second.id), app('a', first.id)];
      const lines = joins(world(['proxy_default', ...networks], [proxy(), ...apps], engines['20.10']));
      expect(lines).to.deep.equal(['connect http-proxy → shop: routes a (VIRTUAL_HOST=a)', home, clash]);
    }
  });

  it('it stays on the one it is on', () => {
    const joined = proxy({
      endpoints: [{ networkName: 'proxy_default', networkId: idOf('net proxy_default') }, on(second.id)],
      settings: { shop: { driverOptions: { 'fairlead.owner': 'proxy' } } },
    });
    const apps = [app('a', first.id), app('b', second.id)];
    expect(joins(world(['proxy_default', first, second], [joined, ...apps], engines['20.10']))).to.deep.equal(
      [home, 'kept http-proxy on shop: routes b (VIRTUAL_HOST=b)', clash],
    );
  });

  it('a stopped proxy joins neither: it would find them by the name when it starts', () => {
    const stopped = proxy({ state: 'exited' });
    const lines = joins(
      world(['proxy_default', first, second], [stopped, app('a', first.id)], engines['20.10']),
    );
    expect(lines).to.deep.equal([
      home,
      'refused http-proxy on shop: its name stands for several networks, and a container that starts knows only the name',
    ]);
  });

  it('a container that has only the name recorded is on none that could be told', () => {
    const unclear = container('web', { endpoints: [{ networkName: 'shop' }], env: { VIRTUAL_HOST: 'a' } });
    const lines = joins(world(['proxy_default', first, second], [proxy(), unclear], engines['20.10']));
    expect(lines).to.deep.equal([home, 'ignored web: on shop, a name that stands for several networks']);
  });
});

describe('What is no bridge, or not Fairlead’s, and holds nothing to route to', () => {
  const on = (name: string, driver: string, leave: ProxySettings['leave'], joined: boolean): string[] => {
    const proxy = container('http-proxy', {
      on: joined ? ['home'] : ['home', name],
      joined: joined ? [name] : [],
    });
    const seen = world([network('home'), network(name, { driver })], [proxy]);
    return planText(planProxies([proxyDeclaration('http-proxy', { leave })], seen)).filter(line =>
      line.includes(name),
    );
  };

  for (const driver of ['overlay', 'macvlan', 'ipvlan', 'host', 'null']) {
    for (const leave of ['joined', 'any'] as const) {
      for (const joined of [true, false]) {
        it(`is stayed on: ${driver}, ${joined ? 'with our mark' : 'joined by hand'}, leave: ${leave}`, () => {
          expect(on('lan', driver, leave, joined)).to.deep.equal([
            `kept http-proxy on lan: not a user-defined bridge (${driver})`,
          ]);
        });
      }
    }
  }

  it('is stayed on: a bridge joined by hand, but for leave: any', () => {
    expect(on('mine', 'bridge', 'joined', false)).to.deep.equal([
      'kept http-proxy on mine: not joined by Fairlead',
    ]);
    expect(on('mine', 'bridge', 'any', false)).to.deep.equal([
      'disconnect http-proxy ← mine: no routable container left',
    ]);
  });
});
