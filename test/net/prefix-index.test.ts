import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalPrefix, overlaps, parsePrefix, type Prefix } from '../../src/lib/net/prefix.js';
import { PrefixIndex } from '../../src/lib/net/prefix-index.js';

function prefix(text: string): Prefix {
  const reading = parsePrefix(canonicalPrefix(text));
  if (!reading.ok) throw new Error(`${text} ${reading.why}`);
  return reading.prefix;
}

/** Close together, so that many overlap. */
const crowded = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 6, max: 32 }))
    .map(([a, b, length]) => prefix(`10.${String(a)}.${String(b)}.128/${String(length)}`)),
  fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 128 }))
    .map(([a, length]) => prefix(`fd00:${String(a)}::8/${String(length)}`)),
);

describe('an index of prefixes', () => {
  it('finds an overlap exactly where comparing each with each does', () => {
    fc.assert(
      fc.property(fc.array(crowded, { maxLength: 12 }), crowded, (members, wanted) => {
        const index = new PrefixIndex<number>();
        members.forEach((member, at) => index.add(member, at));
        const found = index.overlapping(wanted);
        expect(found !== undefined).to.equal(members.some(member => overlaps(member, wanted)));
        if (found) expect(overlaps(found[0], wanted) && members[found[1]] === found[0]).to.equal(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds what is larger, what is smaller and what is the same', () => {
    const index = new PrefixIndex<string>();
    index.add(prefix('10.1.0.0/16'), 'a');
    expect(index.overlapping(prefix('10.1.7.0/24'))?.[1]).to.equal('a');
    expect(index.overlapping(prefix('10.0.0.0/8'))?.[1]).to.equal('a');
    expect(index.overlapping(prefix('10.1.0.0/16'))?.[1]).to.equal('a');
    expect(index.overlapping(prefix('10.2.0.0/16'))).to.equal(undefined);
    expect(index.overlapping(prefix('::/0'))).to.equal(undefined);
  });
});
