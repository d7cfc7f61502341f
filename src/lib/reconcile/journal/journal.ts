import type { RecreateNetwork } from '../../model/step.js';
import { journalFailure } from './journal-failure.js';

/** A recreation that has begun, and which way it goes: `back` restores what was there before. */
export interface RecreationRecord {
  readonly version: 1;
  readonly direction: 'forward' | 'back';
  readonly step: RecreateNetwork;
}

/** Where recreations are written down before their first call, so that a killed run can be finished. */
export interface Journal {
  /** What runs that are no more have left unfinished, and what others are at right now. */
  pending(signal?: AbortSignal): Promise<{
    readonly unfinished: RecreationRecord[];
    readonly underWay: string[];
  }>;
  /** Another engine may answer by now: it is asked again who it is when that next matters, and no longer until then. */
  forgetEngine(): void;
  /**
   * Makes this run the only one that recreates a network; gives what ends that. Throws a FairleadError where another
   * run is at it.
   */
  claim(networkName: string): Promise<() => Promise<void>>;
  write(record: RecreationRecord): Promise<void>;
  clear(networkName: string): Promise<void>;
}

/** For where nothing is recreated. */
export const noJournal: Journal = {
  pending: () => Promise.resolve({ unfinished: [], underWay: [] }),
  forgetEngine: () => undefined,
  claim: () => Promise.resolve(() => Promise.resolve()),
  write: record =>
    Promise.reject(journalFailure('write', record.step.network.name, 'there is no state folder')),
  clear: () => Promise.resolve(),
};
