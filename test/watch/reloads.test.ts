import { expect } from 'chai';
import fc from 'fast-check';
import { Reloads } from '../../src/lib/watch/reloads.js';
import { FakeClock } from '../support/fake-clock.js';

interface Stage {
  readonly clock: FakeClock;
  readonly reloads: Reloads;
  /** When they began, and what for. */
  readonly begun: [number, string][];
  readonly mostAtOnce: () => number;
}

function stage(takesMs: number): Stage {
  const clock = new FakeClock();
  const begun: [number, string][] = [];
  let [atOnce, most] = [0, 0];
  const reloads = new Reloads(clock, async cause => {
    begun.push([clock.now(), cause]);
    atOnce += 1;
    most = Math.max(most, atOnce);
    await clock.sleep(takesMs, new AbortController().signal);
    atOnce -= 1;
  });
  return { clock, reloads, begun, mostAtOnce: () => most };
}

describe('reloads', () => {
  it('are one where a file changes in several steps and a signal comes as well', async () => {
    const { clock, reloads, begun } = stage(10);
    void reloads.request('the config has changed');
    await clock.advance(50);
    void reloads.request('the config has changed');
    void reloads.request('SIGHUP');
    await clock.advance(10_000);
    expect(begun).to.deep.equal([[250, 'the config has changed, SIGHUP']]);
  });

  it('are made again for what is asked for while one runs, after it', async () => {
    const { clock, reloads, begun } = stage(5000);
    void reloads.request('SIGHUP');
    await clock.advance(300);
    void reloads.request('SIGHUP');
    await clock.advance(20_000);
    expect(begun.map(([at]) => at)).to.deep.equal([200, 5200]);
  });

  it('end with the watch', async () => {
    const { clock, reloads, begun } = stage(10);
    void reloads.request('SIGHUP');
    reloads.close();
    await clock.advance(10_000);
    expect(begun).to.deep.equal([]);
    expect(clock.sleepers).to.equal(0);
  });

  it('never overlap, and one begins after the last request, however they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(600), { minLength: 1, maxLength: 20 }),
        fc.nat(900),
        async (gaps, takesMs) => {
          const { clock, reloads, begun, mostAtOnce } = stage(takesMs);
          let last = 0;
          for (const gap of gaps) {
            await clock.advance(gap);
            last = clock.now();
            void reloads.request('SIGHUP');
          }
          await clock.advance(10_000);
          expect(mostAtOnce()).to.equal(1);
          expect(begun.at(-1)?.[0]).to.be.at.least(last + 200);
          expect(begun.length).to.be.at.most(gaps.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});
