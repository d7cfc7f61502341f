import { setTimeout } from 'node:timers/promises';
import { FairleadError } from '../../model/errors.js';
import type { RecreateNetwork } from '../../model/step.js';
import type { Journal } from './journal.js';
import { isJournalFailure } from './journal-failure.js';

/** What other runs have begun, as planning needs it. */
export interface BegunElsewhere {
  /** Steps that finish what killed runs began; they come before anything else. */
  readonly pending: readonly RecreateNetwork[];
  /** Networks that another run is recreating right now: hands off. */
  readonly underWay: ReadonlySet<string>;
  readonly unknown?: UnknownBegun;
}

/** Why it is not known what was begun: networks stay as they are then. */
export interface UnknownBegun {
  readonly why: string;
  readonly hints: readonly string[];
  /** The next pass may know: until then their members stay too. A file that cannot be read is for its owner to mend. */
  readonly passing: boolean;
}

/** For what follows in the same run: it has dealt with those. */
export const nothingBegun: BegunElsewhere = { pending: [], underWay: new Set() };

/** Throws where the journal cannot be read: for a command that is about networks and nothing else. */
export async function begunElsewhere(journal: Journal, signal?: AbortSignal): Promise<BegunElsewhere> {
  const { unfinished, underWay } = await journal.pending(signal);
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

const unanswered = {
  why: 'the engine has not said yet who it is, and so whose journal to read.',
  hints: ['It is asked once more in the next pass.'],
  passing: true,
};

export interface JournalPatience {
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for an engine that does not say who it is; without it for as long as its calls may take. */
  readonly waitMs?: number | undefined;
}

/**
 * The same for a pass over other jobs as well: what cannot be read keeps networks as they are, and no route to a warp
 * that is gone stays open for it.
 */
export async function begunWhereReadable(
  journal: Journal,
  { signal, waitMs }: JournalPatience = {},
): Promise<BegunElsewhere> {
  // An answer that one pass does not wait for is the next one's: it does not end with the pass.
  const asked = begunElsewhere(journal, waitMs === undefined ? signal : undefined).catch(
    (error: unknown): BegunElsewhere => {
      if (!(error instanceof FairleadError) || signal?.aborted) throw error;
      const { message: why, hints } = error;
      return { ...nothingBegun, unknown: { why, hints, passing: !isJournalFailure(error) } };
    },
  );
  if (waitMs === undefined) return asked;
  const timer = new AbortController();
  const end = (): void => timer.abort();
  signal?.addEventListener('abort', end, { once: true });
  const late = setTimeout(waitMs, { ...nothingBegun, unknown: unanswered }, { signal: timer.signal });
  try {
    return await Promise.race([asked, late]);
  } finally {
    end();
    signal?.removeEventListener('abort', end);
  }
}
