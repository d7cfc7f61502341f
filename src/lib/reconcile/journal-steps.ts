import type { RecreateNetwork } from '../model/step.js';
import type { Journal } from './journal.js';

/** Steps that finish what a killed run began; they come before anything else. */
export async function pendingSteps(journal: Journal): Promise<RecreateNetwork[]> {
  return (await journal.pending()).map(({ step, direction }) => ({
    ...step,
    resumes: direction,
    reason:
      direction === 'forward'
        ? 'finishes a recreation that was interrupted'
        : 'puts back what a recreation that failed took away',
  }));
}
