import type { Journal, RecreationRecord } from '../../src/lib/reconcile/journal.js';

/** A journal that survives what a test kills. */
export class MemoryJournal implements Journal {
  readonly records = new Map<string, RecreationRecord>();

  pending(): Promise<RecreationRecord[]> {
    return Promise.resolve([...this.records.values()]);
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
