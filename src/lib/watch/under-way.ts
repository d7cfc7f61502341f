import { escapeLine } from '../model/escape.js';
import type { Step } from '../model/step.js';
import { describeStep } from '../report/describe.js';

/** What a watch that is ended now would leave half done. */
export interface UnderWay {
  /** Escaped. */
  readonly what: string;
  /** What finishes it. Escaped. */
  readonly finishedBy: string;
  /** Cut short, it leaves somebody worse off than before. */
  readonly isLong: boolean;
}

/** What a watch says that is ended before all was done, and whether that is a failure. */
export function givenUp(left: readonly UnderWay[]): { readonly isFailure: boolean; readonly says: string[] } {
  if (left.length === 0) {
    return {
      isFailure: false,
      says: ['ended before the pass under way was over; nothing of it is half done'],
    };
  }
  const says = left.flatMap(({ what, finishedBy }) => [
    `ended before this was done: ${what}`,
    `what finishes it: ${finishedBy}`,
  ]);
  return { isFailure: true, says };
}

export function stepUnderWay(step: Step): UnderWay {
  const { verb, subject } = describeStep(step);
  const what = `${verb} ${subject}`;
  if (step.do !== 'recreate-network') {
    return { what, finishedBy: 'the next fairlead watch or apply', isLong: false };
  }
  const name = escapeLine(step.network.name);
  return {
    what,
    finishedBy: `fairlead network ensure ${name} --recreate, or the next fairlead watch or apply: it is in the journal`,
    isLong: true,
  };
}

/** What `on_exit: withdraw` does at the end. */
export const withdrawal: UnderWay = {
  what: 'withdraw routes and guard',
  finishedBy: 'fairlead warp unroute --guard',
  isLong: true,
};
