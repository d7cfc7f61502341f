import { expect } from 'chai';
import { container, world } from '../support/world.js';
import type { World } from '../../src/lib/model/world.js';
import { type ProxySettings, proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { planProxies } from '../../src/lib/proxies/plan.js';
import { virtualHostsOf } from '../../src/lib/proxies/virtual-hosts.js';
import { home, joins, proxy, web } from './plans.js';

const routes = 'routes web (VIRTUAL_HOST=shop.local)';

/** The aliases that the first connect of a plan asks for. */
function aliasesAsked(seen: World, settings: Partial<ProxySettings>): readonly string[] | undefined {
  const [step] = planProxies([proxyDeclaration('http-proxy', settings)], seen).steps;
  if (step?.do !== 'connect') throw new Error('it joins nothing');
  return step.endpoint.aliases;
}

describe('A proxy answers on the networks it joins', () => {
  const seen = (joined: readonly string[] = []): ReturnType<typeof world> =>
    world(['proxy_default', 'shop'], [proxy({ joined }), web()]);

  it('to the names that are declared for them', () => {
    const aliases = { 'sh*': ['gate', 'door'], blog: ['other'], 're:p$': ['gate', 'third'] };
    expect(aliasesAsked(seen(), { aliases })).to.deep.equal(['gate', 'door', 'third']);
  });

  it('to the names of its containers there, on request', () => {
    const more = container('api', { on: ['shop'], env: { VIRTUAL_HOST: 'api.shop.local,shop.local' } });
    const both = world(['proxy_default', 'shop'], [proxy(), web(), more]);
    expect(aliasesAsked(both, { aliasVirtualHosts: true })).to.deep.equal(['shop.local', 'api.shop.local']);
    expect(aliasesAsked(both, {})).to.equal(undefined);
  });

  it('and says which of them wait for a join, on one that it is on already', () => {
    expect(joins(seen(['shop']), { aliases: { shop: ['gate'] } })).to.deep.equal([
      home,
      `kept http-proxy on shop: ${routes}; answers to gate once it joins anew`,
    ]);
  });

  it('but not on its home, where the names are its creator’s', () => {
    const atHome = world(['proxy_default'], [proxy(), web({ on: ['proxy_default'] })]);
    expect(joins(atHome, { aliases: { '*': ['gate'] } })).to.deep.equal([
      `kept http-proxy on proxy_default: ${routes}`,
    ]);
  });
});

describe('The host names in a VIRTUAL_HOST', () => {
  const cases: readonly [value: string, hosts: readonly string[]][] = [
    ['a.local', ['a.local']],
    ['a.local, B.local:8080,', ['a.local', 'b.local']],
    ['localhost', ['localhost']],
    ['*.a.local,a.*', []],
    ['~^a\\d+\\.local$', []],
    ['', []],
    ['-a.local,a..local,a_b.local', []],
  ];
  for (const [value, hosts] of cases) {
    it(`${JSON.stringify(value)}: ${hosts.join(' and ') || 'none'}`, () => {
      expect(virtualHostsOf(web({ env: { VIRTUAL_HOST: value } }))).to.deep.equal(hosts);
    });
  }

  it('of a container that could not be read are not known', () => {
    expect(virtualHostsOf(web({ unreadable: 'timed out' }))).to.deep.equal([]);
  });
});
