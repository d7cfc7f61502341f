import { expect } from 'chai';
import {
  type ContainerSketch,
  container,
  engines,
  idOf,
  network,
  planText,
  world,
} from '../support/world.js';
import { proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { planProxies, planProxiesLeave } from '../../src/lib/proxies/plan.js';
import type { World } from '../../src/lib/model/world.js';

const joinPlan = (seen: World, leave: 'joined' | 'any' | 'never' = 'joined'): string[] =>
  planText(planProxies([proxyDeclaration('http-proxy', { leave })], seen));

const proxy = (sketch: ContainerSketch = {}): ReturnType<typeof container> =>
  container('http-proxy', { on: ['proxy_default'], ...sketch });

const web = (sketch: ContainerSketch = {}): ReturnType<typeof container> =>
  container('web', { on: ['shop'], env: { VIRTUAL_HOST: 'shop.local' }, ...sketch });

const home = 'kept http-proxy on proxy_default: its home network';

describe('The plan for a proxy', () => {
  describe('joins', () => {
    it('the network of a running container with VIRTUAL_HOST, at the lowest gateway priority', () => {
      expect(joinPlan(world(['proxy_default', 'shop'], [proxy(), web()]))).to.deep.equal([
        'connect http-proxy → shop [priority -1]: routes web (VIRTUAL_HOST=shop.local)',
        home,
      ]);
    });

    it('without a priority on an engine that has none', () => {
      const seen = world(['proxy_default', 'shop'], [proxy(), web()], engines['20.10']);
      expect(joinPlan(seen)[0]).to.equal('connect http-proxy → shop: routes web (VIRTUAL_HOST=shop.local)');
    });

    it('once, however many containers there are to route to', () => {
      const seen = world(
        ['proxy_default', 'shop'],
        [proxy(), web(), container('api', { on: ['shop'], labels: { 'traefik.enable': 'true' } })],
      );
      expect(joinPlan(seen)[0]).to.equal(
        'connect http-proxy → shop [priority -1]: routes web (VIRTUAL_HOST=shop.local) and 1 more',
      );
    });

    it('internal networks too', () => {
      const seen = world(['proxy_default', network('shop', { internal: true })], [proxy(), web()]);
      expect(joinPlan(seen)[0]).to.match(/^connect http-proxy → shop /);
    });

    it('while the proxy is stopped or only created, so that it is ready when it starts', () => {
      for (const state of ['exited', 'created'] as const) {
        const seen = world(['proxy_default', 'shop'], [proxy({ state }), web()]);
        expect(joinPlan(seen)[0]).to.match(/^connect http-proxy → shop /);
      }
    });

    it('every network of a container that is on several, unless a label narrows them', () => {
      const both = web({ on: ['front', 'back'] });
      const narrowed = web({ on: ['front', 'back'], labels: { 'fairlead.network': 'front' } });
      const networks = ['proxy_default', 'front', 'back'];
      expect(joinPlan(world(networks, [proxy(), both]))).to.have.length(3);
      expect(joinPlan(world(networks, [proxy(), narrowed]))).to.deep.equal([
        'connect http-proxy → front [priority -1]: routes web (VIRTUAL_HOST=shop.local)',
        home,
      ]);
    });

    it('the network that traefik.docker.network names, by its Compose short name too', () => {
      const labels = { 'traefik.docker.network': 'front', 'com.docker.compose.project': 'shop' };
      const seen = world(
        ['proxy_default', 'shop_front', 'shop_back'],
        [proxy(), web({ on: ['shop_back', 'shop_front'], labels })],
      );
      expect(joinPlan(seen)[0]).to.match(/^connect http-proxy → shop_front /);
    });

    it('the networks of the container whose namespace a routable one shares', () => {
      const sidecar = container('sidecar', {
        networkMode: { kind: 'container', of: idOf('ctr gluetun') },
        endpoints: [],
        env: { VIRTUAL_HOST: 'app.local' },
      });
      const seen = world(['proxy_default', 'vpn'], [proxy(), container('gluetun', { on: ['vpn'] }), sidecar]);
      expect(joinPlan(seen)[0]).to.match(/^connect http-proxy → vpn .*routes sidecar/);
    });
  });

  describe('does not count', () => {
    const cases: readonly [name: string, sketch: ContainerSketch, expected: string | undefined][] = [
      ['a container that is not meant for a proxy', { env: {} }, undefined],
      ['an empty VIRTUAL_HOST', { env: { VIRTUAL_HOST: '' } }, undefined],
      [
        'traefik.enable=false',
        { labels: { 'traefik.enable': 'false' } },
        'opted out by traefik.enable=false',
      ],
      [
        'traefik.enable=False',
        { labels: { 'traefik.enable': 'False' } },
        'opted out by traefik.enable=false',
      ],
      ['fairlead.proxy=false', { labels: { 'fairlead.proxy': 'false' } }, 'opted out by fairlead.proxy'],
      ['a one-off container', { labels: { 'com.docker.compose.oneoff': 'True' } }, 'a one-off container'],
      ['one that was never started', { state: 'created' }, 'not running (created)'],
      ['one that has ended', { state: 'exited' }, 'not running (exited)'],
      [
        'one in host mode',
        { networkMode: { kind: 'host' }, endpoints: [] },
        'in host mode: it has no network of its own to join',
      ],
      [
        'one on the default bridge only',
        { on: ['bridge'] },
        'on no user-defined bridge, only bridge (bridge)',
      ],
      [
        'one that asks for a network it is not on',
        { labels: { 'fairlead.network': 'elsewhere' } },
        'asks for network elsewhere, which it is not on',
      ],
    ];
    for (const [name, sketch, expected] of cases) {
      it(name, () => {
        const lines = expected === undefined ? [home] : [home, `ignored web: ${expected}`];
        expect(joinPlan(world(['proxy_default', 'shop'], [proxy(), web(sketch)]))).to.deep.equal(lines);
      });
    }

    it('a one-off label that says no', () => {
      const seen = world(
        ['proxy_default', 'shop'],
        [proxy(), web({ labels: { 'com.docker.compose.oneoff': 'False' } })],
      );
      expect(joinPlan(seen)[0]).to.match(/^connect/);
    });

    it('the proxy itself, whatever its labels', () => {
      const seen = world(
        ['proxy_default', 'old'],
        [proxy({ labels: { 'traefik.enable': 'true' }, joined: ['old'] })],
      );
      expect(joinPlan(seen)).to.deep.equal(['disconnect http-proxy ← old: no routable container left', home]);
    });

    it('networks that are not a bridge of somebody’s own', () => {
      const odd = [
        network('swarmnet', { driver: 'overlay', scope: 'swarm' }),
        network('lan', { driver: 'macvlan' }),
        network('docker_gwbridge'),
        network('template', { configOnly: true, driver: 'null' }),
      ];
      for (const only of odd) {
        const lines = joinPlan(world(['proxy_default', only], [proxy(), web({ on: [only.name] })]));
        expect(lines[0]).to.equal(home);
      }
    });
  });

  describe('leaves', () => {
    it('what Fairlead joined and nothing is left on', () => {
      const seen = world(['proxy_default', 'blog'], [proxy({ joined: ['blog'] })]);
      expect(joinPlan(seen)).to.deep.equal([
        'disconnect http-proxy ← blog: no routable container left',
        home,
      ]);
    });

    it('after it has joined', () => {
      const seen = world(['proxy_default', 'blog', 'shop'], [proxy({ joined: ['blog'] }), web()]);
      expect(
        joinPlan(seen)
          .slice(0, 2)
          .map(line => line.split(' ')[0]),
      ).to.deep.equal(['connect', 'disconnect']);
    });

    it('nothing it was put on by somebody else, unless told to', () => {
      const seen = world(['proxy_default', 'yours'], [proxy({ on: ['proxy_default', 'yours'] })]);
      expect(joinPlan(seen)).to.deep.equal([home, 'kept http-proxy on yours: not joined by Fairlead']);
      expect(joinPlan(seen, 'any')).to.deep.equal([
        'disconnect http-proxy ← yours: no routable container left',
        home,
      ]);
    });

    it('nothing where it is told never to', () => {
      const seen = world(['proxy_default', 'blog'], [proxy({ joined: ['blog'] })]);
      expect(joinPlan(seen, 'never')).to.include('kept http-proxy on blog: it never leaves a network');
    });

    it('never its home, even if told to leave any', () => {
      expect(joinPlan(world(['proxy_default'], [proxy()]), 'any')).to.deep.equal([home]);
    });

    it('never its home where it was created on a network’s ID', () => {
      const seen = world(
        ['proxy_default'],
        [proxy({ networkMode: { kind: 'network', network: idOf('net proxy_default') } })],
      );
      expect(joinPlan(seen, 'any')).to.deep.equal([home]);
    });

    it('never its last network', () => {
      const seen = world(
        ['blog'],
        [proxy({ on: [], joined: ['blog'], networkMode: { kind: 'network', network: 'gone' } })],
      );
      expect(joinPlan(seen)).to.deep.equal(['kept http-proxy on blog: its last network']);
    });

    it('never its last network with a way out while it publishes ports', () => {
      const seen = world(
        ['blog', network('inside', { internal: true })],
        [
          proxy({
            on: ['inside'],
            joined: ['blog'],
            publishes: ['80/tcp'],
            networkMode: { kind: 'network', network: 'inside' },
          }),
        ],
      );
      expect(joinPlan(seen)).to.include(
        'kept http-proxy on blog: its last network that is not internal, and it publishes ports',
      );
    });

    it('nothing because of a container that could not be read', () => {
      const seen = world(
        ['proxy_default', 'shop'],
        [proxy({ joined: ['shop'] }), web({ unreadable: 'the engine failed' })],
      );
      expect(joinPlan(seen)).to.include('kept http-proxy on shop: could not read web: the engine failed');
    });

    it('nothing because the proxy itself could not be read', () => {
      const seen = world(['proxy_default', 'blog'], [proxy({ joined: ['blog'], unreadable: 'timed out' })]);
      expect(joinPlan(seen)).to.include('kept http-proxy on blog: could not read who joined it: timed out');
    });

    it('nothing because of a container between two runs of a restart loop, and joins nothing for it', () => {
      const restarting = web({ state: 'restarting' });
      const joined = world(['proxy_default', 'shop'], [proxy({ joined: ['shop'] }), restarting]);
      expect(joinPlan(joined)).to.deep.equal([home, 'kept http-proxy on shop: web is restarting']);
      expect(joinPlan(world(['proxy_default', 'shop'], [proxy(), restarting]))).to.deep.equal([home]);
    });

    it('nothing that holds a paused container', () => {
      const seen = world(['proxy_default', 'shop'], [proxy({ joined: ['shop'] }), web({ state: 'paused' })]);
      expect(joinPlan(seen)).to.include('kept http-proxy on shop: routes web (VIRTUAL_HOST=shop.local)');
    });
  });

  describe('announces that the gateway moves', () => {
    const ports = [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }];
    const early = web({ on: ['app_default'] });

    it('on an engine without priorities, for a network that sorts before home', () => {
      const seen = world(['proxy_default', 'app_default'], [proxy({ ports }), early], engines['20.10']);
      expect(joinPlan(seen)).to.include(
        'warning http-proxy on app_default: joining app_default moves its default route and published ports ' +
          'from proxy_default to app_default: open connections through its published ports will be cut',
      );
    });

    it('and not for one that sorts after it, or is internal', () => {
      const networks = ['proxy_default', 'zoo', network('app_default', { internal: true })];
      for (const on of ['zoo', 'app_default']) {
        const seen = world(networks, [proxy({ ports }), web({ on: [on] })], engines['20.10']);
        expect(joinPlan(seen).filter(line => line.startsWith('warning'))).to.deep.equal([]);
      }
    });

    it('not where the engine has priorities', () => {
      const seen = world(['proxy_default', 'app_default'], [proxy({ ports }), early]);
      expect(joinPlan(seen).filter(line => line.startsWith('warning'))).to.deep.equal([]);
    });

    it('for a dual-stack network and a home without IPv6, until Engine 29.4.1', () => {
      const networks = ['proxy_default', network('app_default', { enableIpv6: true })];
      const seen = world(networks, [proxy({ ports }), early]);
      expect(joinPlan(seen).filter(line => line.startsWith('warning'))).to.have.length(1);
      const later = world(networks, [proxy({ ports }), early], engines['29.4.1']);
      expect(joinPlan(later).filter(line => line.startsWith('warning'))).to.deep.equal([]);
    });

    it('when it leaves the network that carries it', () => {
      const seen = world(
        ['proxy_default', 'app_default'],
        [proxy({ ports, joined: ['app_default'] })],
        engines['20.10'],
      );
      expect(joinPlan(seen)).to.include(
        'warning http-proxy on app_default: leaving app_default moves its default route and published ports ' +
          'from app_default to proxy_default: open connections through its published ports will be cut',
      );
    });

    it('not for a proxy that is not running', () => {
      const seen = world(
        ['proxy_default', 'app_default'],
        [proxy({ state: 'exited' }), early],
        engines['20.10'],
      );
      expect(joinPlan(seen).filter(line => line.startsWith('warning'))).to.deep.equal([]);
    });
  });

  describe('heals a stopped proxy', () => {
    const gone = { networkName: 'blog', networkId: idOf('net removed') };
    const atHome = { networkName: 'proxy_default', networkId: idOf('net proxy_default') };

    it('whose network is gone: it could not start', () => {
      const seen = world(['proxy_default'], [proxy({ state: 'exited', endpoints: [atHome, gone] })]);
      expect(joinPlan(seen)).to.deep.equal([
        'disconnect http-proxy ← blog [stale]: the network it refers to is gone, and with it the container cannot start',
        home,
      ]);
    });

    it('whose network was made again, and joins the new one', () => {
      const seen = world(
        ['proxy_default', 'blog'],
        [proxy({ state: 'exited', endpoints: [atHome, gone] }), web({ on: ['blog'] })],
      );
      expect(
        joinPlan(seen)
          .slice(0, 2)
          .map(line => line.split(':')[0]),
      ).to.deep.equal(['disconnect http-proxy ← blog [stale]', 'connect http-proxy → blog [priority -1]']);
    });

    it('and not one whose entries have no ID yet because it was never started', () => {
      const created = proxy({ state: 'created', endpoints: [{ networkName: 'proxy_default' }] });
      expect(joinPlan(world(['proxy_default'], [created]))).to.deep.equal([home]);
    });
  });

  describe('explains why it can do nothing for', () => {
    const cases: readonly [name: string, sketch: ContainerSketch | undefined, expected: string][] = [
      ['a proxy that is not there', undefined, 'refused http-proxy: there is no container of this name'],
      [
        'one in host mode',
        { networkMode: { kind: 'host' }, endpoints: [] },
        'unchanged http-proxy: in host mode: it reaches every bridge network from the host and joins none',
      ],
      [
        'one with network mode none',
        { networkMode: { kind: 'none' } },
        'refused http-proxy: created with network mode none, which the engine lets join no network',
      ],
      [
        'one that shares another’s network',
        { networkMode: { kind: 'container', of: 'vpn' }, endpoints: [] },
        'refused http-proxy: shares the network of container vpn and cannot join one itself',
      ],
      [
        'one in a restart loop',
        { state: 'restarting' },
        'refused http-proxy: in a restart loop: the engine cannot connect it between two runs',
      ],
    ];
    for (const [name, sketch, expected] of cases) {
      it(name, () => {
        const containers = sketch === undefined ? [web()] : [proxy(sketch), web()];
        expect(joinPlan(world(['proxy_default', 'shop'], containers))).to.deep.equal([expected]);
      });
    }

    it('a name that only resembles the one asked for', () => {
      const seen = world(['proxy_default'], [container('my-http-proxy', { on: ['proxy_default'] })]);
      expect(joinPlan(seen)).to.deep.equal(['refused http-proxy: there is no container of this name']);
    });
  });
});

describe('The plan for a proxy that undoes its joins', () => {
  it('leaves what Fairlead joined, routable containers or not, and nothing else', () => {
    const seen = world(
      ['proxy_default', 'shop', 'mine'],
      [proxy({ on: ['proxy_default', 'mine'], joined: ['shop'] }), web()],
    );
    expect(planText(planProxiesLeave([proxyDeclaration('http-proxy')], seen))).to.deep.equal([
      'disconnect http-proxy ← shop: joined by Fairlead',
      home,
      'kept http-proxy on mine: not joined by Fairlead',
    ]);
  });
});
