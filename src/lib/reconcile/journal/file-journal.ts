import { rm } from 'node:fs/promises';
import { ExitCode, FairleadError } from '../../model/errors.js';
import type { Journal, RecreationRecord } from './journal.js';
import { journalFailure } from './journal-failure.js';
import {
  fileOf,
  folderOf,
  isEmpty,
  lockOf,
  makeFolder,
  readRecord,
  recordsIn,
  writeRecord,
} from './journal-files.js';
import { acquire, isHeld } from './journal-lock.js';
import { ownerOf } from './journal-owner.js';

/** An engine as the journal knows it. */
export interface JournalKeys {
  /** Where it is reached: what it is known by where it does not say who it is. */
  readonly url: string;
  /** What it calls itself: a socket may have several addresses, and a run by another one must find what was begun. */
  readonly id?: () => Promise<string | undefined>;
}

/** A journal of files, one a network, in a folder of one engine's own. */
export function fileJournal(stateFolder: string, { url, id }: JournalKeys, pid: number): Journal {
  const byUrl = folderOf(stateFolder, url);
  /** Where the recreation under way is written down: the same from its first word to its last. */
  let folder = byUrl;

  async function ownFolder(): Promise<string> {
    const engineId = await id?.();
    return engineId === undefined ? byUrl : folderOf(stateFolder, `engine ${engineId}`);
  }

  return {
    async pending() {
      if (await isEmpty(stateFolder)) return { unfinished: [], underWay: [] };
      const folders = [...new Set([await ownFolder(), byUrl])];
      const files = (await Promise.all(folders.map(recordsIn))).flat();
      const records = new Map<string, { readonly record: RecreationRecord; readonly busy: boolean }>();
      for (const file of files) {
        const record = await readRecord(file);
        const { name } = record.step.network;
        // What an earlier version began is taken over into the folder of the engine's own, which comes first.
        if (!records.has(name)) records.set(name, { record, busy: await isHeld(lockOf(file)) });
      }
      const all = [...records.values()];
      return {
        unfinished: all.filter(({ busy }) => !busy).map(({ record }) => record),
        underWay: all.filter(({ busy }) => busy).map(({ record }) => record.step.network.name),
      };
    },
    async claim(networkName) {
      folder = await ownFolder();
      await makeFolder(folder);
      const lock = lockOf(fileOf(folder, networkName));
      let taken: boolean;
      try {
        taken = await acquire(lock, await ownerOf(pid));
      } catch (error) {
        throw journalFailure('write', lock, error);
      }
      if (taken) return () => rm(lock, { force: true });
      throw new FairleadError(`Another run is recreating network ${networkName} right now.`, {
        code: 'recreation-under-way',
        exit: ExitCode.failed,
        hints: ['Try again when it has ended.'],
      });
    },
    async write(record) {
      await makeFolder(folder);
      await writeRecord(fileOf(folder, record.step.network.name), record);
    },
    async clear(networkName) {
      for (const place of new Set([folder, byUrl])) await rm(fileOf(place, networkName), { force: true });
    },
  };
}
