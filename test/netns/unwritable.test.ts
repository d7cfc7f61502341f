import { expect } from 'chai';
import { isUnwritable } from '../../src/lib/netns/unwritable.js';

describe('What cannot be written from here', () => {
  it('is told of a switch without writing it', async () => {
    expect(await isUnwritable('/dev/null')).to.equal(false);
    // Of this one nobody has the right to, root neither.
    expect(await isUnwritable('/proc/sys/kernel/ostype')).to.equal(true);
  });
});
