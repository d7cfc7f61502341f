import { expect } from 'chai';
import { unmatchedFindings } from '../../src/lib/config/unmatched.js';
import type { Selector } from '../../src/lib/model/selector.js';
import { container } from '../support/world.js';

const present = [container('web', { labels: { app: 'shop' } }), container('worker')];

function unmatched(selector: Selector, containers = present): string[] {
  return unmatchedFindings({ job: 'attachments', says: 'rule 1', selector }, containers).map(
    ({ container: name = '-', reason }) => `${name}: ${reason}`,
  );
}

describe('a selector that is declared', () => {
  it('is told for each of its names that no container has', () => {
    expect(unmatched({ names: ['web', 'wrker', 'x-*', 'w*'] })).to.deep.equal([
      'wrker: no container has this name (rule 1); did you mean worker?',
      'x-*: no container has this name (rule 1)',
    ]);
  });

  it('is told as a whole where its names are there and nothing is all that it says', () => {
    expect(unmatched({ names: ['worker'], labels: ['app=shop', 'tier'] })).to.deep.equal([
      '-: no container matches rule 1 (names: worker; labels: app=shop, tier)',
    ]);
    expect(unmatched({ labels: ['app.domain'] })).to.deep.equal([
      '-: no container matches rule 1 (labels: app.domain)',
    ]);
    expect(unmatched({ labels: ['app'] })).to.deep.equal([]);
  });

  it('is not told where a container that could not be read may be meant', () => {
    const unread = container('db', { unreadable: 'timed out' });
    expect(unmatched({ env: ['DB'] }, [...present, unread])).to.deep.equal([]);
  });
});
