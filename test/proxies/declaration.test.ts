import { expect } from 'chai';
import { configSchema } from '../../src/lib/config/schema.js';
import {
  type ProxyDeclaration,
  nameOf,
  proxyDeclaration,
  proxyDeclarations,
} from '../../src/lib/proxies/declaration.js';
import { conventionsFor } from '../../src/lib/proxies/presets.js';

function declared(proxy: Record<string, unknown>): ProxyDeclaration {
  const [declaration] = proxyDeclarations(configSchema.parse({ proxies: [proxy] }));
  if (!declaration) throw new Error('none declared');
  return declaration;
}

describe('A proxy in the config', () => {
  it('that says no more than its name is what its name alone is on the command line', () => {
    expect(declared({ container: 'http-proxy' })).to.deep.equal(proxyDeclaration('http-proxy'));
  });

  const identities: readonly [proxy: Record<string, unknown>, who: ProxyDeclaration['who'], name: string][] =
    [
      [{ container: 'edge' }, { named: 'edge' }, 'edge'],
      [{ container: 'edge-*' }, { select: { names: ['edge-*'] } }, 'edge-*'],
      [{ container: 're:^edge' }, { select: { names: ['re:^edge'] } }, 're:^edge'],
      [
        { select: { labels: ['role=proxy'], env: ['EDGE'] } },
        { select: { labels: ['role=proxy'], env: ['EDGE'] } },
        'role=proxy EDGE',
      ],
    ];
  for (const [proxy, who, name] of identities) {
    it(`${JSON.stringify(proxy)} is called ${name}`, () => {
      expect(declared(proxy).who).to.deep.equal(who);
      expect(nameOf(declared(proxy))).to.equal(name);
    });
  }

  it('has everything that can be said of it', () => {
    expect(
      declared({
        container: 'edge',
        preset: 'caddy',
        exposed_by_default: false,
        leave: 'any',
        leave_at: 'stop',
        networks: { allow: ['web-*'], deny: ['web-x'] },
        pinned: ['web-y'],
        on_gateway_move: 'skip',
        health: 'healthy',
        aliases: { 'web-*': ['gate'] },
        alias_virtual_hosts: true,
      }),
    ).to.deep.equal({
      who: { named: 'edge' },
      conventions: conventionsFor('caddy'),
      exposedByDefault: false,
      leave: 'any',
      leaveAt: 'stop',
      networks: { allow: ['web-*'], deny: ['web-x'] },
      pinned: ['web-y'],
      onGatewayMove: 'skip',
      health: 'healthy',
      aliases: { 'web-*': ['gate'] },
      aliasVirtualHosts: true,
    });
  });

  it('that says itself what is routable goes by that, whatever its preset', () => {
    const routable = { labels: ['site'] };
    expect(declared({ container: 'edge', preset: 'caddy', routable }).conventions).to.deep.equal(
      conventionsFor('custom', routable),
    );
  });
});
