import { expect } from 'chai';
import fc from 'fast-check';
import { ceilingMs, equalJitterMs, fullJitterMs } from '../../../src/lib/watch/passes/back-off.js';

const backOff = { initialMs: 250, maxMs: 30_000 };
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempts = fc.integer({ min: 1, max: 100_000 });

describe('waits that grow', () => {
  it('double up to the longest', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000].map(attempt => ceilingMs(backOff, attempt));
    expect(waits).to.deep.equal([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('with full jitter are anything up to that, and never nothing', () => {
    fc.assert(
      fc.property(attempts, chance, (attempt, random) => {
        const wait = fullJitterMs(backOff, attempt, () => random);
        expect(wait).to.be.within(50, ceilingMs(backOff, attempt));
      }),
    );
    expect(fullJitterMs(backOff, 5, () => 0.5)).to.equal(2000);
  });

  it('with equal jitter are between half of it and all of it', () => {
    fc.assert(
      fc.property(attempts, chance, (attempt, random) => {
        const ceiling = ceilingMs(backOff, attempt);
        expect(equalJitterMs(backOff, attempt, () => random)).to.be.within(ceiling / 2, ceiling);
      }),
    );
  });
});
