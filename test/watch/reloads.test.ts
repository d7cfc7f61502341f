import { expect } from 'chai';
import fc from 'fast-check';
import { type ReloadRequest, Reloads } from '../../src/lib/watch/reloads.js';
import { FakeClock } from '../support/fake-clock.js';

interface Stage {
  readonly clock: FakeClock;
  readonly reloads: Reloads;
  /** When they began, and what for. */
  readonly begun: [number, string][];
  readonly mostAtOnce: () => number;
}

/** `sure` says of the reading with that number, from 1 on, whether it is in force at once. */
function stage(takesMs: number, sure: (request: ReloadRequest, nth: number) => boolean = () => true): Stage {
  const clock = new FakeClock();
  const begun: [number, string][] = [];
  let [atOnce, most] = [0, 0];
  const reloads = new Reloads(clock, async request => {
    begun.push([clock.now(), request.causes.join(', ')]);
    atOnce += 1;
    most = Math.max(most, atOnce);
    await clock.sleep(takesMs, new AbortController().signal);
    atOnce -= 1;
    return sure(request, begun.length) ? 'over' : 'unsure';
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

  it('wait for a file to be still where what was read is doubtful, and read it once more then', async () => {
    const { clock, reloads, begun } = stage(0, ({ isStill }) => isStill);
    void reloads.request('the config has changed');
    await clock.advance(1000);
    expect(begun.map(([at]) => at)).to.deep.equal([200]);
    // One more piece.
    void reloads.request('the config has changed');
    await clock.advance(2400);
    expect(begun.map(([at]) => at)).to.deep.equal([200, 1200]);
    await clock.advance(60_000);
    expect(begun).to.deep.equal([200, 1200, 3500].map(at => [at, 'the config has changed']));
  });

  it('take the rest of the file at once, and a signal for a word that it is all', async () => {
    const rest = stage(0, (_, nth) => nth > 1);
    void rest.reloads.request('the config has changed');
    await rest.clock.advance(1000);
    void rest.reloads.request('the config has changed');
    await rest.clock.advance(60_000);
    expect(rest.begun.map(([at]) => at)).to.deep.equal([200, 1200]);

    const word = stage(0, ({ causes }) => causes.includes('SIGHUP'));
    void word.reloads.request('the config has changed');
    await word.clock.advance(1000);
    void word.reloads.request('SIGHUP');
    await word.clock.advance(60_000);
    expect(word.begun.at(-1)?.[1]).to.equal('the config has changed, SIGHUP');
    expect(word.begun).to.have.lengthOf(2);
    expect(word.begun[1]?.[0]).to.be.at.most(1400);
  });

  it('wait once more each time a still file reads otherwise than before', async () => {
    const { clock, reloads, begun } = stage(0, (_, nth) => nth > 2);
    void reloads.request('the config has changed');
    await clock.advance(60_000);
    expect(begun.map(([at]) => at)).to.deep.equal([200, 2500, 5000]);
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
