import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalAddress, parseAddress } from '../../src/lib/net/address.js';

/** An oracle of other descent: the URL parser writes IPv6 as RFC 5952 wants it. */
function textOfUrl(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

describe('addresses', () => {
  const canonical: readonly [text: string, canonical: string][] = [
    ['10.0.0.1', '10.0.0.1'],
    ['FD00:0:0:1::0001', 'fd00:0:0:1::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:1:0:0:0:1', '1:0:0:1::1'],
  ];
  for (const [text, expected] of canonical) {
    it(`reads ${text} as ${expected}`, () => {
      expect(canonicalAddress(text)).to.equal(expected);
    });
  }

  const refused = [
    ...['', ' ', '10.0.0', '10.0.0.256', '010.0.0.1', '0x0a.0.0.1', '1.2.3.4.5', ' 10.0.0.1', '10.0.0.1 '],
    ...[
      '10.0.0.1\n',
      '10.0.0.1/24',
      'fe80::1%eth0',
      '::ffff:10.0.0.1',
      '0:0:0:0:0:ffff:10.0.0.1',
      'fd00:::1',
    ],
    ...['g::1', '1:2:3:4:5:6:7:8:9', '١٠.٠.٠.١', '$(reboot)', '--help', 'localhost', '10.0.0.1;reboot'],
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseAddress(text).ok).to.equal(false);
    });
  }

  it('says what was meant by an address with a length, a zone or in IPv6 notation', () => {
    const suggestions = ['10.0.0.1/24', 'fe80::1%eth0', '::ffff:10.0.0.1', ' 10.0.0.1'].map(text => {
      const reading = parseAddress(text);
      return reading.ok ? undefined : reading.suggestion;
    });
    expect(suggestions).to.deep.equal(['10.0.0.1', 'fe80::1', '10.0.0.1', '10.0.0.1']);
  });

  it('writes every IPv6 address as the URL standard does', () => {
    fc.assert(
      fc.property(fc.ipV6(), text => {
        const reading = parseAddress(text);
        fc.pre(reading.ok);
        expect(textOfUrl(reading.address.text)).to.equal(textOfUrl(text));
        expect(canonicalAddress(reading.address.text)).to.equal(reading.address.text);
        if (!text.includes('.')) expect(reading.address.text).to.equal(textOfUrl(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        parseAddress(text);
      }),
    );
  });
});
