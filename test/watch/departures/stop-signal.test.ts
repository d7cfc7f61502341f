import { expect } from 'chai';
import { stopSignalNumber } from '../../../src/lib/watch/departures/stop-signal.js';

describe('A stop signal', () => {
  for (const [declared, number] of [
    [undefined, '15'],
    ['', '15'],
    ['SIGQUIT', '3'],
    ['quit', '3'],
    ['3', '3'],
    ['03', '3'],
    ['SIGWINCH', '28'],
    ['USR1', '10'],
    ['SIGRTMIN', '34'],
    ['SIGRTMIN+3', '37'],
    ['RTMAX-2', '62'],
    ['__proto__', undefined],
    ['SIGNOTHING', undefined],
    ['-3', undefined],
  ] as const) {
    it(`declared as ${String(declared)} is ${number ?? 'none'}`, () => {
      expect(stopSignalNumber(declared)).to.equal(number);
    });
  }
});
