import { expect } from 'chai';
import type { Step } from '../../src/lib/model/step.js';
import { Patience } from '../../src/lib/watch/patience.js';
import { stepUnderWay } from '../../src/lib/watch/under-way.js';
import { connectStep } from '../support/watch-stage.js';

/** When it is over, asked every quarter of a second, where something long is under way as told. */
function overAt(isLong: (now: number) => boolean): number {
  const patience = new Patience(1000);
  for (let now = 1000; ; now += 250) if (patience.isOver(now, isLong(now))) return now - 1000;
}

describe('the patience of a watch that is to end', () => {
  it('is short with what the next run takes up as it finds it', () => {
    expect(overAt(() => false)).to.equal(9000);
  });

  it('waits for what must not be cut short, and then as long again for the rest', () => {
    expect(overAt(now => now < 41_000)).to.equal(48_750);
  });

  it('is over before the service manager kills, whatever is under way', () => {
    expect(overAt(() => true)).to.equal(80_000);
  });
});

describe('what is under way', () => {
  it('is told with what finishes it, and hostile names escaped', () => {
    const recreate = {
      do: 'recreate-network',
      job: 'networks',
      reason: 'drift',
      network: { id: 'a', name: 'back\u001b[2Jend' },
      members: [],
    } as unknown as Step;
    expect(stepUnderWay(recreate)).to.deep.equal({
      what: 'recreate back\\e[2Jend (0 members)',
      finishedBy:
        'fairlead network ensure back\\e[2Jend --recreate, or the next fairlead watch or apply: it is in the journal',
      isLong: true,
    });
    expect(stepUnderWay(connectStep('web', 'shop'))).to.deep.equal({
      what: 'connect web → shop',
      finishedBy: 'the next fairlead watch or apply',
      isLong: false,
    });
  });
});
