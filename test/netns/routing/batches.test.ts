import { expect } from 'chai';
import fc from 'fast-check';
import type { Family, RoutingChange } from '../../../src/lib/model/routing.js';
import { batchesOf } from '../../../src/lib/netns/routing/batches.js';

function rule(family: Family, priority: number): RoutingChange {
  return { change: 'add-rule', rule: { family, priority, table: 254 } };
}

/** `4a` is a change of IPv4's, `r` the replies. */
function changesOf(text: string): RoutingChange[] {
  return text
    .split(' ')
    .filter(word => word !== '')
    .map((word, i) => {
      if (word === 'r') return { change: 'clear-replies' };
      return rule(word.startsWith('4') ? 'ipv4' : 'ipv6', i + 1);
    });
}

function textOf(changes: readonly RoutingChange[]): string {
  return batchesOf(changes)
    .map(batch => {
      if (batch.of === 'replies') return 'replies';
      const places = batch.changes.map(change => ('rule' in change ? change.rule.priority : 0));
      return `${batch.of} ${places.join(' ')}`;
    })
    .join(', ');
}

describe('Changes as batches', () => {
  for (const [changes, expected] of [
    ['', ''],
    ['4 4 4', 'ipv4 1 2 3'],
    ['6 6', 'ipv6 1 2'],
    ['4 6 4 6 4 6', 'ipv4 1 3 5, ipv6 2 4 6'],
    ['4 6 4 6 4 4', 'ipv4 1 3, ipv6 2 4, ipv4 5 6'],
    ['6 4 6 4 4', 'ipv6 1 3, ipv4 2 4 5'],
    ['4 6 r 4 6 4', 'ipv4 1, ipv6 2, replies, ipv4 4, ipv6 5, ipv4 6'],
    ['r', 'replies'],
  ] as const) {
    it(`take few processes for "${changes}"`, () => {
      expect(textOf(changesOf(changes))).to.equal(expected);
    });
  }

  it('keep the order within a family, what is first, what is last, and where replies are', () => {
    const words = fc.array(fc.constantFrom('4', '6', 'r'), { maxLength: 30 });
    fc.assert(
      fc.property(words, each => {
        const changes = changesOf(each.join(' '));
        const done = batchesOf(changes).flatMap((batch): RoutingChange[] =>
          batch.of === 'replies' ? [{ change: 'clear-replies' }] : [...batch.changes],
        );
        const of = (family: Family | undefined, all: readonly RoutingChange[]): RoutingChange[] =>
          all.filter(change => !('rule' in change) || change.rule.family === family);
        for (const family of ['ipv4', 'ipv6', undefined] as const) {
          expect(of(family, done)).to.deep.equal(of(family, changes));
        }
        expect([done[0], done.at(-1)]).to.deep.equal([changes[0], changes.at(-1)]);
      }),
    );
  });
});
