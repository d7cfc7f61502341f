import { expect } from 'chai';
import { type ContainerSketch, world } from '../support/world.js';
import { type Preset, conventionsFor } from '../../src/lib/proxies/presets.js';
import { home, joins, proxy, web } from './plans.js';

const joined = (line = ''): string => /^connect http-proxy → (\S+)/.exec(line)?.[1] ?? '';

/** Whether a container makes a proxy with this preset join its network. */
function counts(preset: Preset | undefined, sketch: ContainerSketch): boolean {
  const seen = world(['proxy_default', 'shop'], [proxy(), web({ env: {}, ...sketch })]);
  return joined(joins(seen, { conventions: conventionsFor(preset) })[0]) === 'shop';
}

describe('What is routable', () => {
  const all: readonly (Preset | undefined)[] = [undefined, 'traefik', 'nginx-proxy', 'caddy'];
  /** What a container has, and the presets by which it counts; undefined is none. */
  const cases: readonly [name: string, sketch: ContainerSketch, by: readonly (Preset | undefined)[]][] = [
    ['a VIRTUAL_HOST', { env: { VIRTUAL_HOST: 'a.local' } }, [undefined, 'nginx-proxy']],
    ['an empty VIRTUAL_HOST', { env: { VIRTUAL_HOST: '' } }, []],
    [
      'VIRTUAL_HOST_MULTIPORTS',
      { env: { VIRTUAL_HOST_MULTIPORTS: 'a.local:\n  "/": {}\n' } },
      [undefined, 'nginx-proxy'],
    ],
    [
      'NETWORK_ACCESS, which says who may ask and not that anybody may',
      { env: { NETWORK_ACCESS: 'internal' } },
      [],
    ],
    [
      'a router of Traefik’s',
      { labels: { 'traefik.http.routers.a.rule': 'Host(`a`)' } },
      [undefined, 'traefik'],
    ],
    ['traefik.enable=true', { labels: { 'traefik.enable': 'true' } }, [undefined, 'traefik']],
    [
      'a VIRTUAL_HOST and traefik.enable=false, which says nothing to nginx-proxy',
      { env: { VIRTUAL_HOST: 'a.local' }, labels: { 'traefik.enable': 'false' } },
      ['nginx-proxy'],
    ],
    ['a site of Caddy’s', { labels: { caddy: 'a.local' } }, ['caddy']],
    [
      'its second site',
      { labels: { caddy_1: 'a.local', 'caddy_1.reverse_proxy': '{{upstreams}}' } },
      ['caddy'],
    ],
    ['its tenth site', { labels: { caddy_10: 'a.local' } }, ['caddy']],
    ['only the network Caddy is to use', { labels: { caddy_ingress_network: 'shop' } }, []],
    ['only a global option of Caddy’s', { labels: { 'caddy.email': 'a@b.c' } }, []],
    ['a label that only begins alike', { labels: { 'caddyfile.x': '1', traefikish: '1' } }, []],
  ];
  for (const [name, sketch, by] of cases) {
    for (const preset of all) {
      const verb = by.includes(preset) ? 'counts' : 'does not count';
      it(`${preset ?? 'no preset'}: ${name} ${verb}`, () => {
        expect(counts(preset, sketch)).to.equal(by.includes(preset));
      });
    }
  }

  it('by selectors of one’s own: any entry of any list', () => {
    const conventions = conventionsFor('custom', {
      env: ['SITE=*.local'],
      labels: ['site'],
      names: ['re:^w'],
    });
    const seen = (sketch: ContainerSketch): string[] =>
      joins(world(['proxy_default', 'shop'], [proxy(), web({ env: {}, name: 'app', ...sketch })]), {
        conventions,
      });
    expect(joined(seen({ env: { SITE: 'a.local' } })[0])).to.equal('shop');
    expect(joined(seen({ labels: { site: '' } })[0])).to.equal('shop');
    expect(joined(seen({ name: 'web' })[0])).to.equal('shop');
    expect(
      seen({ env: { SITE: 'a.test', VIRTUAL_HOST: 'b' }, labels: { 'traefik.enable': 'true' } }),
    ).to.deep.equal([home]);
  });

  describe('with exposed_by_default: false', () => {
    const without =
      'ignored web: without traefik.enable=true, which is asked for (exposed_by_default: false)';
    const labels: readonly [labels: Record<string, string>, counts: boolean][] = [
      [{ 'traefik.enable': 'true' }, true],
      [{ 'traefik.enable': 'TRUE' }, true],
      [{ 'traefik.http.routers.a.rule': 'Host(`a`)', 'Traefik.Enable': '1' }, true],
      [{ 'traefik.enable': '' }, false],
      [{ 'traefik.http.routers.a.rule': 'Host(`a`)' }, false],
    ];
    for (const [given, isExposed] of labels) {
      it(`${JSON.stringify(given)} ${isExposed ? 'counts' : 'does not'}`, () => {
        const seen = world(['proxy_default', 'shop'], [proxy(), web({ env: {}, labels: given })]);
        const lines = joins(seen, { conventions: conventionsFor('traefik'), exposedByDefault: false });
        if (isExposed) expect(joined(lines[0])).to.equal('shop');
        else expect(lines).to.deep.equal([home, without]);
      });
    }

    it('says nothing to nginx-proxy', () => {
      const seen = world(['proxy_default', 'shop'], [proxy(), web()]);
      const lines = joins(seen, { conventions: conventionsFor('nginx-proxy'), exposedByDefault: false });
      expect(joined(lines[0])).to.equal('shop');
    });
  });
});

describe('Of the networks of a routable container', () => {
  const networks = ['proxy_default', 'front', 'shop_front', 'shop_back'];
  const project = { 'com.docker.compose.project': 'shop' };
  const cases: readonly [
    name: string,
    preset: Preset | undefined,
    labels: Record<string, string>,
    expected: readonly string[],
  ][] = [
    ['all count', undefined, {}, ['front', 'shop_front', 'shop_back']],
    ['fairlead.network names one', undefined, { 'fairlead.network': 'shop_back' }, ['shop_back']],
    [
      'an exact name comes before a Compose short name',
      undefined,
      { 'fairlead.network': 'front' },
      ['front'],
    ],
    ['a Compose short name will do', undefined, { 'fairlead.network': 'back' }, ['shop_back']],
    [
      'an empty label names none',
      undefined,
      { 'fairlead.network': '' },
      ['front', 'shop_front', 'shop_back'],
    ],
    ['traefik.docker.network names one', 'traefik', { 'traefik.docker.network': 'shop_back' }, ['shop_back']],
    ['traefik.swarm.network too', 'traefik', { 'traefik.swarm.network': 'shop_back' }, ['shop_back']],
    [
      'fairlead.network comes first',
      undefined,
      { 'traefik.docker.network': 'front', 'fairlead.network': 'shop_back' },
      ['shop_back'],
    ],
    [
      'Traefik’s label says nothing to nginx-proxy',
      'nginx-proxy',
      { 'traefik.docker.network': 'front' },
      ['front', 'shop_front', 'shop_back'],
    ],
    ['caddy_ingress_network names one', 'caddy', { caddy_ingress_network: 'front' }, ['front']],
  ];
  for (const [name, preset, labels, expected] of cases) {
    it(name, () => {
      const app = web({
        on: ['front', 'shop_front', 'shop_back'],
        labels: { ...project, ...labels, caddy: 'a', 'traefik.enable': 'true' },
      });
      const lines = joins(world(networks, [proxy(), app]), { conventions: conventionsFor(preset) });
      expect(lines.map(joined).filter(line => line !== '')).to.deep.equal(expected);
    });
  }
});
