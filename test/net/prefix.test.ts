import { BlockList } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Address, parseAddress } from '../../src/lib/net/address.js';
import {
  canonicalPrefix,
  containsAddress,
  containsPrefix,
  overlaps,
  parsePrefix,
  type Prefix,
} from '../../src/lib/net/prefix.js';

function prefix(text: string): Prefix {
  const reading = parsePrefix(text);
  if (!reading.ok) throw new Error(`${text} ${reading.why}`);
  return reading.prefix;
}

function address(text: string): Address {
  const reading = parseAddress(text);
  if (!reading.ok) throw new Error(`${text} ${reading.why}`);
  return reading.address;
}

const anyPrefix = fc
  .oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
    fc.tuple(
      fc.ipV6().filter(text => parseAddress(text).ok),
      fc.integer({ min: 0, max: 128 }),
    ),
  )
  .map(([ip, length]) => prefix(canonicalPrefix(`${ip}/${String(length)}`)));

describe('prefixes', () => {
  const refused: readonly [text: string, fault: string, suggestion?: string][] = [
    ['10.0.0.5/24', 'host-bits', '10.0.0.0/24'],
    ['FD00::1/64', 'host-bits', 'fd00::/64'],
    ['10.0.0.1', 'no-length', '10.0.0.1/32'],
    ['fd00::1', 'no-length', 'fd00::1/128'],
    ['10.0.0.0/33', 'length'],
    ['fd00::/129', 'length'],
    ['10.0.0.0/', 'syntax'],
    ['10.0.0.0/-1', 'syntax'],
    ['10.0.0.0/+8', 'syntax'],
    ['10.0.0.0/08', 'syntax'],
    ['10.0.0.0/8.0', 'syntax'],
    ['10.0.0.0/255.0.0.0', 'syntax'],
    ['10.0/16', 'syntax'],
    ['10.0.0.0/8/8', 'syntax'],
    [' 10.0.0.0/8', 'syntax'],
    ['10.0.0.0/8\n', 'syntax'],
    ['0x0a.0.0.0/8', 'syntax'],
    ['fe80::%eth0/64', 'syntax'],
    ['', 'syntax'],
    ['/', 'syntax'],
    ['default', 'syntax'],
  ];
  for (const [text, fault, suggestion] of refused) {
    it(`refuses ${JSON.stringify(text)} for its ${fault}`, () => {
      const reading = parsePrefix(text);
      expect(reading).to.include({ ok: false, fault, ...(suggestion === undefined ? {} : { suggestion }) });
    });
  }

  it('has the canonical text of what an engine echoes as typed', () => {
    const echoed = ['FD00:0:0:1::/64', 'fd00:0000:0000::/64', '10.77.0.5/24', 'nonsense'];
    expect(echoed.map(canonicalPrefix)).to.deep.equal([
      'fd00:0:0:1::/64',
      'fd00::/64',
      '10.77.0.0/24',
      'nonsense',
    ]);
  });

  it('contains its first and last address and not their neighbours', () => {
    const net = prefix('10.0.0.128/25');
    expect(containsAddress(net, address('10.0.0.128'))).to.equal(true);
    expect(containsAddress(net, address('10.0.0.255'))).to.equal(true);
    expect(containsAddress(net, address('10.0.0.127'))).to.equal(false);
    expect(containsAddress(net, address('10.0.1.0'))).to.equal(false);
  });

  it('keeps the families apart', () => {
    expect(containsAddress(prefix('::/0'), address('10.0.0.1'))).to.equal(false);
    expect(overlaps(prefix('::/0'), prefix('0.0.0.0/0'))).to.equal(false);
    expect(containsPrefix(prefix('::/0'), prefix('0.0.0.0/0'))).to.equal(false);
  });

  it('agrees with node:net on what a prefix contains', () => {
    fc.assert(
      fc.property(anyPrefix, fc.oneof(fc.ipV4(), fc.ipV6()), (net, text) => {
        const reading = parseAddress(text);
        fc.pre(reading.ok);
        const list = new BlockList();
        list.addSubnet(
          net.text.slice(0, net.text.indexOf('/')),
          net.length,
          net.family === 4 ? 'ipv4' : 'ipv6',
        );
        fc.pre(reading.address.family === net.family);
        const inside = list.check(reading.address.text, net.family === 4 ? 'ipv4' : 'ipv6');
        expect(containsAddress(net, reading.address)).to.equal(inside);
      }),
      { numRuns: 3000 },
    );
  });

  it('overlaps exactly where one prefix contains the other', () => {
    fc.assert(
      fc.property(anyPrefix, anyPrefix, (a, b) => {
        expect(overlaps(a, b)).to.equal(containsPrefix(a, b) || containsPrefix(b, a));
        expect(overlaps(a, b)).to.equal(overlaps(b, a));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads its own canonical text as the same prefix', () => {
    fc.assert(
      fc.property(anyPrefix, net => {
        expect(prefix(net.text)).to.deep.equal(net);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        parsePrefix(text);
        canonicalPrefix(text);
      }),
    );
  });
});
