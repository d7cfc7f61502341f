import type { RecreateNetwork } from '../../model/step.js';
import type { Journal } from './journal.js';

/** What other runs have begun, as planning needs it. */
export interface BegunElsewhere {
  /** Steps that finish what killed runs began; they come before anything else. */
  readonly pending: readonly RecreateNetwork[];
  /** Networks that another run is recreating right now: hands off. */
  readonly underWay: ReadonlySet<string>;
}

/** For what follows in the same run: it has dealt with those. */
export const nothingBegun: BegunElsewhere = { pending: [], underWay: new Set() };

export async function begunElsewhere(journal: Journal): Promise<BegunElsewhere> {
  const { unfinished, underWay } = await journal.pending();
  const pending = unfinished.map(({ step, direction }) => ({
    ...step,
    resumes: direction,
    reason:
      direction === 'forward'
        ? 'finishes a recreation that was interrupted'
        : 'puts back what a recreation that failed took away',
  }));
  return { pending, underWay: new Set(underWay) };
}
