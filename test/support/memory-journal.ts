import type { Journal, RecreationRecord } from '../../src/lib/reconcile/journal/journal.js';

/** A journal that survives what a test kills. */
export class MemoryJournal implements Journal {
  readonly records = new Map<string, RecreationRecord>();

  pending(): ReturnType<Journal['pending']> {
    return Promise.resolve({ unfinished: [...this.records.values()], underWay: [] });
  }

  forgetEngine(): void {
    // Records of several engines are never in one of these.
  }

  claim(): Promise<() => Promise<void>> {
    return Promise.resolve(() => Promise.resolve());
  }

  write(record: RecreationRecord): Promise<void> {
    this.records.set(record.step.network.name, structuredClone(record));
    return Promise.resolve();
  }

  clear(networkName: string): Promise<void> {
    this.records.delete(networkName);
    return Promise.resolve();
  }
}
