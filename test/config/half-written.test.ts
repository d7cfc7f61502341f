import { expect } from 'chai';
import { defaultConfig } from '../../src/lib/config/default-config.js';
import { doubtfulParts } from '../../src/lib/config/half-written.js';
import { configSchema, type FairleadConfig } from '../../src/lib/config/schema.js';

const base = defaultConfig();
const read = (config: object): FairleadConfig => configSchema.parse(config);

const api = { select: { names: ['api'] }, networks: ['work'] };
const web = { select: { names: ['web'] }, networks: ['work'] };
const full = {
  networks: { plain: {}, work: { external: true, egress: 'warp' } },
  attachments: [api, web],
  apps: { shop: { networks: { db: {} }, services: { api: { networks: ['db'] } } } },
  proxies: [{ container: 'traefik', pinned: ['work'] }],
  warp: {
    container_name_pattern: 'vpn-*',
    routes: ['one', 'two'].map(name => ({ target: { names: [name] }, via: 'vpn' })),
  },
};

const doubtful = (next: object, inForce: object = full): string[] => doubtfulParts(read(inForce), read(next));

describe('What makes it doubtful that a config has been written to its end', () => {
  it('is nothing where all that was declared still is, wherever it stands, and more besides', () => {
    const { networks, warp, apps } = full;
    expect(doubtful(full)).to.deep.equal([]);
    expect(doubtful(full, { warp: { container_name_pattern: 'vpn-*' } })).to.deep.equal([]);
    expect(
      doubtful({
        ...full,
        networks: { more: {}, ...networks },
        attachments: [web, { ...web, aliases: ['shop'] }, api],
        apps: {
          ...apps,
          other: {},
          shop: { ...apps.shop, services: { web: { networks: ['db'] }, ...apps.shop.services } },
        },
        warp: { ...warp, routes: [...warp.routes].reverse() },
      }),
    ).to.deep.equal([]);
  });

  const missing: [says: string, next: object][] = [
    ['networks.plain', { ...full, networks: { work: full.networks.work } }],
    ['networks.work', { ...full, networks: { ...full.networks, work: { external: true } } }],
    ['attachments[1]', { ...full, attachments: [api] }],
    ['attachments[0]', { ...full, attachments: [{ ...api, aliases: ['shop'] }, web] }],
    ['apps.shop.networks.db', { ...full, apps: { shop: { services: full.apps.shop.services } } }],
    ['apps.shop.services.api', { ...full, apps: { shop: { networks: full.apps.shop.networks } } }],
    ['proxies[0]', { ...full, proxies: [] }],
    ['proxies[0]', { ...full, proxies: [{ container: 'traefik' }] }],
    ['warp.routes[1]', { ...full, warp: { ...full.warp, routes: full.warp.routes.slice(0, 1) } }],
    ['warp.container_name_pattern', { ...full, warp: { routes: full.warp.routes } }],
    ['warp.target_label', { ...full, warp: { ...full.warp, target_label: 'other' } }],
    ['warp.bypass', { ...full, warp: { ...full.warp, bypass: ['10.0.0.0/8'] } }],
  ];
  for (const [says, next] of missing) {
    it(`is ${says} where that is missing or another one`, () => {
      expect(doubtful(next)).to.deep.equal([says]);
    });
  }

  it('is a new part that may cut connections of others: the rest of it could keep them', () => {
    const proxies = [{ container: 'traefik', leave: 'any' }];
    const networks = { work: { on_drift: 'recreate' } };
    expect(doubtful({ proxies, networks }, {})).to.deep.equal(['networks.work', 'proxies[0]']);
    expect(doubtful({ apps: { shop: { networks } } }, {})).to.deep.equal(['apps.shop.networks.work']);
    expect(doubtful({ proxies, networks }, { proxies, networks })).to.deep.equal([]);
  });

  it('is everything where the file is empty', () => {
    const parts = [
      'networks.work',
      'attachments[0]',
      'apps.shop.services.api',
      'proxies[0]',
      'warp.routes[1]',
    ];
    expect(doubtfulParts(read(full), base)).to.include.members(parts);
  });
});
