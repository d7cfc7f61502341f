import { expect } from 'chai';
import { defaultConfig } from '../../../src/lib/config/default-config.js';
import { hasDeclarations } from '../../../src/lib/config/checks/declares-nothing.js';
import { examineText } from '../config-text.js';

describe('A config that declares nothing', () => {
  for (const [text, silent] of [
    ['watch: { resync: 1m }', true],
    ['networks: {}\nwatch: { resync: 1m }', false],
    ['proxies: []', false],
    ['networks: { shop: {} }', false],
  ] as const) {
    it(`is ${silent ? '' : 'not '}${JSON.stringify(text)}`, async () => {
      expect(await examineText(text)).to.include({ silent });
    });
  }

  it('takes nothing back from one without networks, attachments, apps, proxies and routes', () => {
    const empty = defaultConfig();
    expect(hasDeclarations(empty)).to.equal(false);
    expect(
      hasDeclarations({ ...empty, attachments: [{ select: { names: ['a'] }, networks: ['b'] }] }),
    ).to.equal(true);
  });
});
