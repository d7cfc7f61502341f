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
  readonly id?: (signal?: AbortSignal) => Promise<string | undefined>;
}

interface AskedEngine {
  readonly answer: Promise<string | undefined>;
  readonly end: AbortController;
}

/** A journal of files, one a network, in a folder of one engine's own. */
export function fileJournal(stateFolder: string, { url, id }: JournalKeys, pid: number): Journal {
  const byUrl = folderOf(stateFolder, url);
  /** Where the recreation under way is written down: the same from its first word to its last. */
  let folder = byUrl;
  let asked: AskedEngine | undefined;

  /** Asked once: `/info` is the slowest answer of an engine, and a watch would wait for it in every pass. */
  function engineId(signal: AbortSignal | undefined): Promise<string | undefined> {
    if (asked) return asked.answer;
    if (!id) return Promise.resolve(undefined);
    const end = new AbortController();
    signal?.addEventListener('abort', () => end.abort(), { once: true });
    const asking = { answer: id(end.signal), end };
    asked = asking;
    asking.answer.catch(() => {
      if (asked === asking) asked = undefined;
    });
    return asking.answer;
  }

  async function ownFolder(signal?: AbortSignal): Promise<string> {
    const known = await engineId(signal);
    return known === undefined ? byUrl : folderOf(stateFolder, `engine ${known}`);
  }

  return {
    forgetEngine() {
      asked?.end.abort();
      asked = undefined;
    },
    async pending(signal) {
      if (await isEmpty(stateFolder)) return { unfinished: [], underWay: [] };
      const folders = [...new Set([await ownFolder(signal), byUrl])];
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
