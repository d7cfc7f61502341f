import { expect } from 'chai';
import fc from 'fast-check';
import { Schedule } from '../../../src/lib/watch/passes/schedule.js';
import type { Trigger } from '../../../src/lib/watch/triggers.js';

const web = { forget: ['web'], cause: 'container start web' };
const db = { forget: ['db'], cause: 'container start db' };

/** Runs passes that change nothing as soon as they are due, one after the other; says how long each was waited for. */
function waits(schedule: Schedule, passes: number, passMs: number, urgent = false): number[] {
  let now = 0;
  return Array.from({ length: passes }, () => {
    schedule.request({ ...web, urgent });
    const due = schedule.dueAt(now) ?? NaN;
    const wait = due - now;
    schedule.begin(due);
    now = due + passMs;
    schedule.end(now, false);
    return wait;
  });
}

describe('when a pass is due', () => {
  it('is at once for the first trigger', () => {
    const schedule = new Schedule();
    expect(schedule.dueAt(70)).to.equal(undefined);
    schedule.request(web);
    expect(schedule.dueAt(70)).to.equal(70);
  });

  describe('for the proxies alone', () => {
    const proxies: Trigger = { forget: [], cause: 'container kill web', only: 'proxies' };

    /** Passes until nothing is pending: what each is over. */
    const passes = (schedule: Schedule, ...triggers: readonly Trigger[]): string[] => {
      for (const trigger of triggers) schedule.request(trigger);
      const over: string[] = [];
      for (let now = 0; schedule.pending; now += 1) {
        const { only = 'everything', causes } = schedule.begin(now);
        schedule.end(now, false);
        over.push(`${only}: ${causes.join(', ')}`);
      }
      return over;
    };

    it('it comes first, and the one over everything follows', () => {
      const both = ['proxies: container kill web', 'everything: container start db'];
      expect(passes(new Schedule(), proxies)).to.deep.equal([both[0]]);
      expect(passes(new Schedule(), db, proxies)).to.deep.equal(both);
      expect(passes(new Schedule(), proxies, proxies, db)).to.deep.equal(both);
    });

    it('it is none where everything is read anew, or something may have to be closed', () => {
      const anew: Trigger = { forget: 'everything', cause: 'resync' };
      expect(passes(new Schedule(), proxies, anew)).to.deep.equal(['everything: resync, container kill web']);
      const closing = new Schedule();
      closing.mayCloseTraffic = true;
      expect(passes(closing, proxies, db)).to.deep.equal([
        'everything: container start db, container kill web',
      ]);
      expect(passes(closing, proxies)).to.deep.equal(['proxies: container kill web']);
    });

    it('it does not come twice in a row before another one, nor more often than every other moment', () => {
      const schedule = new Schedule();
      const over: string[] = [];
      const waits: number[] = [];
      schedule.request(db);
      for (let i = 0, now = 0; i < 8; i += 1) {
        schedule.request(proxies);
        const due = schedule.dueAt(now) ?? NaN;
        waits.push(due - now);
        over.push(schedule.begin(due).only ?? 'everything');
        now = due + 5;
        schedule.end(now, false);
      }
      expect(over.slice(0, 3)).to.deep.equal(['proxies', 'everything', 'proxies']);
      expect(waits).to.deep.equal([0, 0, 0, 0, 25, 25, 25, 25]);
    });
  });

  it('is never while one runs, and right at its end for what was triggered meanwhile, all in one', () => {
    const schedule = new Schedule();
    schedule.request(web);
    schedule.begin(0);
    schedule.request(db);
    schedule.request(web);
    expect(schedule.dueAt(10)).to.equal(undefined);
    schedule.end(30, false);
    expect(schedule.dueAt(30)).to.equal(30);
    const { forget, causes } = schedule.begin(30);
    expect([...(forget as ReadonlySet<string>)]).to.deep.equal(['db', 'web']);
    expect(causes).to.deep.equal(['container start db', 'container start web']);
    schedule.end(60, false);
    expect(schedule.dueAt(60)).to.equal(undefined);
  });

  it('is later and later while passes change nothing', () => {
    expect(waits(new Schedule(), 9, 10)).to.deep.equal([0, 0, 0, 0, 25, 50, 100, 100, 100]);
  });

  it('leaves the engine as much time as the passes take', () => {
    expect(waits(new Schedule(), 6, 400)).to.deep.equal([0, 0, 0, 0, 400, 400]);
    expect(waits(new Schedule(), 5, 60_000).every(wait => wait <= 1000)).to.equal(true);
  });

  it('is hardly later where something ended', () => {
    expect(waits(new Schedule(), 8, 400, true)).to.deep.equal([0, 0, 0, 0, 25, 25, 25, 25]);
    const mixed = new Schedule();
    waits(mixed, 8, 0);
    mixed.begin(1000);
    mixed.end(1010, false);
    mixed.request(web);
    const patient = mixed.dueAt(1010);
    mixed.request({ ...db, urgent: true });
    mixed.request(web);
    expect([patient, mixed.dueAt(1010)]).to.deep.equal([1110, 1035]);
  });

  it('is at once again after a pass that changed something, or after a quiet second', () => {
    const changing = new Schedule();
    waits(changing, 8, 0);
    changing.request(web);
    changing.begin(300);
    changing.end(310, true);
    changing.request(web);
    expect(changing.dueAt(310)).to.equal(310);

    const quiet = new Schedule();
    waits(quiet, 8, 0);
    quiet.request(web);
    expect(quiet.dueAt(5000)).to.equal(5000);
    quiet.begin(5000);
    quiet.end(5030, false);
    quiet.request(web);
    expect(quiet.dueAt(5030)).to.equal(5030);
  });

  it('refuses to begin two passes', () => {
    const schedule = new Schedule();
    schedule.begin(0);
    expect(() => schedule.begin(1)).to.throw('two passes at once');
  });
});

describe('what a pass is for', () => {
  it('is everything once more containers than a few thousand have changed', () => {
    const schedule = new Schedule();
    const request = (count: number): void => {
      for (let i = 0; i < count; i += 1) schedule.request({ forget: [`c${String(i)}`], cause: 'x' });
    };
    request(4096);
    expect(schedule.begin(0).forget).to.have.property('size', 4096);
    schedule.end(1, false);
    request(4097);
    expect(schedule.begin(2).forget).to.equal('everything');
  });

  it('stays everything, whatever else is triggered', () => {
    const schedule = new Schedule();
    schedule.request(web);
    schedule.request({ forget: 'everything', cause: 'resync' });
    schedule.request(db);
    expect(schedule.wantsEverything).to.equal(true);
    expect(schedule.begin(0).forget).to.equal('everything');
    expect(schedule.wantsEverything).to.equal(false);
  });

  it('names five causes, each once, and counts the rest', () => {
    const schedule = new Schedule();
    for (let i = 0; i < 2000; i += 1) schedule.request({ forget: [], cause: `c${String(i % 1000)}` });
    const { causes } = schedule.begin(0);
    expect(causes.slice(0, 5)).to.deep.equal(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect(causes).to.have.lengthOf(6);
    expect(causes[5]).to.match(/^\d+ more$/);
  });

  it('loses nothing and takes nothing twice, whatever the order', () => {
    const move = fc.oneof(
      fc.record({ ids: fc.array(fc.nat(20), { maxLength: 3 }) }),
      fc.constant('begin' as const),
      fc.constant('end' as const),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 200 }), moves => {
        const schedule = new Schedule();
        let waiting = new Set<string>();
        moves.forEach((one, now) => {
          if (typeof one === 'object') {
            const forget = one.ids.map(String);
            schedule.request({ forget, cause: 'x' });
            for (const id of forget) waiting.add(id);
          } else if (one === 'end') {
            if (schedule.running) schedule.end(now, false);
          } else if (schedule.dueAt(now) !== undefined) {
            expect(schedule.begin(now).forget).to.deep.equal(waiting);
            waiting = new Set();
          }
          if (waiting.size > 0) expect(schedule.pending).to.equal(true);
        });
      }),
    );
  });
});
