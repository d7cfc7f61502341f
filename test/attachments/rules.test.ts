import { expect } from 'chai';
import { attachmentRules } from '../../src/lib/attachments/rules.js';
import { configSchema } from '../../src/lib/config/schema.js';

const rulesOf = (config: unknown): ReturnType<typeof attachmentRules> =>
  attachmentRules(configSchema.parse(config));

describe('The rules of a config', () => {
  it('are its attachments, with the names that the engine knows their networks by', () => {
    const config = {
      networks: { shared: {}, proxy: { name: 'traefik-proxy', external: true } },
      attachments: [
        { select: { labels: ['com.damp.service'] }, networks: ['shared', 'proxy'], aliases: ['x'] },
        {
          name: 'database',
          select: { names: ['db'] },
          networks: { shared: { aliases: ['mysql'], ipv4_address: '10.0.0.5' }, proxy: null },
        },
      ],
    };
    expect(rulesOf(config)).to.deep.equal([
      {
        owner: 'attachment',
        title: 'rule 1',
        select: { by: 'selector', selector: { labels: ['com.damp.service'] } },
        memberships: [
          { network: 'shared', aliases: ['x'] },
          { network: 'traefik-proxy', aliases: ['x'] },
        ],
      },
      {
        owner: 'attachment',
        title: 'rule database',
        select: { by: 'selector', selector: { names: ['db'] } },
        memberships: [
          { network: 'shared', aliases: ['mysql'], ipv4: '10.0.0.5' },
          { network: 'traefik-proxy' },
        ],
      },
    ]);
  });

  it('and the services of its apps, each by its name on its networks', () => {
    const config = {
      networks: { backend: {}, shared: {} },
      apps: {
        '1001': {
          networks: { backend: {} },
          services: {
            api: { networks: ['backend', 'shared'] },
            db: { networks: { backend: { aliases: ['sql'] } }, aliases: ['store', 'db'] },
            odd: { networks: ['backend'], select: { names: ['odd-one'] } },
          },
        },
      },
    };
    expect(rulesOf(config)).to.deep.equal([
      {
        owner: 'app',
        title: 'service api of app 1001',
        select: { by: 'service', app: '1001', service: 'api' },
        memberships: [
          { network: '1001_backend', aliases: ['api'] },
          { network: 'shared', aliases: ['api'] },
        ],
      },
      {
        owner: 'app',
        title: 'service db of app 1001',
        select: { by: 'service', app: '1001', service: 'db' },
        memberships: [{ network: '1001_backend', aliases: ['db', 'store', 'sql'] }],
      },
      {
        owner: 'app',
        title: 'service odd of app 1001',
        select: { by: 'selector', selector: { names: ['odd-one'] } },
        memberships: [{ network: '1001_backend', aliases: ['odd'] }],
      },
    ]);
  });

  it('are none where nothing is declared', () => {
    expect(rulesOf({})).to.deep.equal([]);
  });
});
