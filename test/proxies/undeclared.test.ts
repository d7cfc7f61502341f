import { expect } from 'chai';
import { container, world } from '../support/world.js';
import { proxyDeclaration } from '../../src/lib/proxies/declaration.js';
import { findUndeclared, mayBeJoined } from '../../src/lib/proxies/undeclared.js';
import { reportLines } from '../../src/lib/report/text.js';

describe('A proxy that is not in the config', () => {
  const proxy = container('http-proxy', { on: ['edge', 'by-hand'], joined: ['shop', 'blog'] });
  const seen = world(['edge', 'by-hand', 'shop', 'blog'], [proxy, container('web', { on: ['shop'] })]);

  it('is named with each network that Fairlead joined it to, and with the command that undoes the joins', () => {
    const { steps, findings } = findUndeclared([], seen);
    expect(steps).to.deep.equal([]);
    expect(reportLines({ results: [], findings }, true)).to.deep.equal([
      '! undeclared  http-proxy on shop  joined by Fairlead, and no proxy of the config',
      '    Have it leave: fairlead proxy leave http-proxy',
      '! undeclared  http-proxy on blog  joined by Fairlead, and no proxy of the config',
      '    Have it leave: fairlead proxy leave http-proxy',
      'Dry run: 2 undeclared',
    ]);
  });

  it('is not named where the config declares it, by name or by what a selector means', () => {
    expect(findUndeclared([proxyDeclaration('http-proxy')], seen).findings).to.deep.equal([]);
    const selected = { ...proxyDeclaration(''), who: { select: { names: ['http-*'] } } };
    expect(findUndeclared([selected], seen).findings).to.deep.equal([]);
  });

  it('is inspected where it is on more than its home network: only that tells who joined it', () => {
    expect(mayBeJoined(proxy)).to.equal(true);
    expect(mayBeJoined(container('web', { on: ['shop'] }))).to.equal(false);
    expect(mayBeJoined(container('plain'))).to.equal(false);
  });
});
