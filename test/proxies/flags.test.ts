import { expect } from 'chai';
import { chooseProxies, settingsFrom } from '../../src/cli/flags/proxy-flags.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { UsageError } from '../../src/lib/model/errors.js';
import { nameOf, proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { conventionsFor } from '../../src/lib/proxies/presets.js';

describe('The flags of proxy join', () => {
  const cases: readonly [flags: Parameters<typeof settingsFrom>[0], expected: object][] = [
    [{}, {}],
    [{ leave: 'any' }, { leave: 'any' }],
    [{ preset: 'caddy' }, { conventions: conventionsFor('caddy') }],
    [
      { 'routable-env': ['SITE'], 'routable-label': ['site', 'a=*'] },
      { conventions: conventionsFor('custom', { env: ['SITE'], labels: ['site', 'a=*'] }) },
    ],
    [{ network: ['web-*'] }, { networks: { allow: ['web-*'] } }],
    [
      { network: ['web-*'], 'exclude-network': ['re:x$'] },
      { networks: { allow: ['web-*'], deny: ['re:x$'] } },
    ],
    [{ 'on-gateway-move': 'skip' }, { onGatewayMove: 'skip' }],
  ];
  for (const [flags, expected] of cases) {
    it(`${JSON.stringify(flags)} say what they say, and nothing else`, () => {
      expect(settingsFrom(flags)).to.deep.equal(expected);
    });
  }

  const wrong: readonly [flags: Parameters<typeof settingsFrom>[0], says: string][] = [
    [{ preset: 'traefik', 'routable-env': ['SITE'] }, '--preset traefik has no effect beside'],
    [{ preset: 'custom' }, '--preset custom takes --routable-env or --routable-label'],
    [{ 'routable-env': ['=x'] }, '"=x" has no key'],
    [{ 'exclude-network': ['a b'] }, 'no name can match "a b"'],
    [{ network: ['re:('] }, '"(" is no regular expression'],
  ];
  for (const [flags, says] of wrong) {
    it(`${JSON.stringify(flags)} are refused before anything is asked`, () => {
      expect(() => settingsFrom(flags))
        .to.throw(UsageError)
        .with.property('message')
        .that.includes(says);
    });
  }
});

describe('The proxies that are meant', () => {
  const config = configSchema.parse({
    proxies: [
      { container: 'edge', leave: 'never' },
      { container: 'inner-*', preset: 'caddy' },
    ],
  });
  const empty = configSchema.parse({});

  it('are those that are named, as the config declares them if it does', () => {
    const [edge, inner] = chooseProxies(['edge', 'inner-1', 'edge'], {}, config);
    expect(edge).to.deep.equal(proxyDeclaration('edge', { leave: 'never' }));
    expect(inner).to.deep.equal(proxyDeclaration('inner-1'));
  });

  it('are those of the config where none is named', () => {
    expect(chooseProxies([], {}, config).map(nameOf)).to.deep.equal(['edge', 'inner-*']);
  });

  it('are the one with the default name where the config has none', () => {
    expect(chooseProxies([], {}, empty)).to.deep.equal([proxyDeclaration('http-proxy')]);
  });

  it('go by the flags before the config', () => {
    for (const names of [[], ['edge']]) {
      expect(chooseProxies(names, { leave: 'any' }, config)[0]?.leave).to.equal('any');
    }
  });
});
