import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, FairleadError, messageOf } from '../model/errors.js';
import type { RecreateNetwork } from '../model/step.js';
import { acquire, isHeld } from './journal-lock.js';
import { ownerOf } from './journal-owner.js';

/** A recreation that has begun, and which way it goes: `back` restores what was there before. */
export interface RecreationRecord {
  readonly version: 1;
  readonly direction: 'forward' | 'back';
  readonly step: RecreateNetwork;
}

/** Where recreations are written down before their first call, so that a killed run can be finished. */
export interface Journal {
  /** What runs that are no more have left unfinished, and what others are at right now. */
  pending(): Promise<{ readonly unfinished: RecreationRecord[]; readonly underWay: string[] }>;
  /**
   * Makes this run the only one that recreates a network; gives what ends that. Throws a FairleadError where another
   * run is at it.
   */
  claim(networkName: string): Promise<() => Promise<void>>;
  write(record: RecreationRecord): Promise<void>;
  clear(networkName: string): Promise<void>;
}

function failed(what: string, file: string, error: unknown): FairleadError {
  return new FairleadError(`Could not ${what} the journal ${file}: ${messageOf(error)}.`, {
    code: 'journal',
    exit: ExitCode.failed,
    hints: ['A network is only recreated when it can be written down first who is on it.'],
    cause: error,
  });
}

function isRecord(value: unknown): value is RecreationRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<RecreationRecord>;
  return record.version === 1 && record.step?.do === 'recreate-network' && Array.isArray(record.step.members);
}

/** A journal of files, one a network, in a folder of one engine's own. */
export function fileJournal(stateFolder: string, engineUrl: string, pid: number): Journal {
  const folder = join(stateFolder, createHash('sha256').update(engineUrl).digest('hex').slice(0, 16));
  const fileOf = (name: string): string =>
    join(folder, `recreate-${createHash('sha256').update(name).digest('hex').slice(0, 32)}.json`);

  const lockOf = (name: string): string => `${fileOf(name)}.lock`;

  async function makeFolder(): Promise<void> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw failed('write', folder, error);
    }
  }

  async function read(file: string): Promise<RecreationRecord> {
    try {
      const value: unknown = JSON.parse(await readFile(file, 'utf8'));
      if (isRecord(value)) return value;
    } catch (error) {
      throw failed('read', file, error);
    }
    throw failed('read', file, 'it is not one that this version writes');
  }

  return {
    async pending() {
      let names: string[];
      try {
        names = await readdir(folder);
      } catch (error) {
        // Nothing was ever begun here. What cannot be looked at is not nothing.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { unfinished: [], underWay: [] };
        throw failed('read', folder, error);
      }
      const files = names.filter(name => name.endsWith('.json')).map(name => join(folder, name));
      const records = await Promise.all(files.map(read));
      const busy = await Promise.all(records.map(({ step }) => isHeld(lockOf(step.network.name))));
      return {
        unfinished: records.filter((_, i) => !busy[i]),
        underWay: records.filter((_, i) => busy[i]).map(({ step }) => step.network.name),
      };
    },
    async claim(networkName) {
      await makeFolder();
      const lock = lockOf(networkName);
      let taken: boolean;
      try {
        taken = await acquire(lock, await ownerOf(pid));
      } catch (error) {
        throw failed('write', lock, error);
      }
      if (taken) return () => rm(lock, { force: true });
      throw new FairleadError(`Another run is recreating network ${networkName} right now.`, {
        code: 'recreation-under-way',
        exit: ExitCode.failed,
        hints: ['Try again when it has ended.'],
      });
    },
    async write(record) {
      const file = fileOf(record.step.network.name);
      await makeFolder();
      try {
        // Whole or not at all, and on the disk before anything is touched.
        const handle = await open(`${file}.new`, 'w', 0o600);
        try {
          await handle.writeFile(`${JSON.stringify(record, null, 2)}\n`);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(`${file}.new`, file);
      } catch (error) {
        throw failed('write', file, error);
      }
    },
    async clear(networkName) {
      await rm(fileOf(networkName), { force: true });
    },
  };
}

/** For where nothing is recreated. */
export const noJournal: Journal = {
  pending: () => Promise.resolve({ unfinished: [], underWay: [] }),
  claim: () => Promise.resolve(() => Promise.resolve()),
  write: record => Promise.reject(failed('write', record.step.network.name, 'there is no state folder')),
  clear: () => Promise.resolve(),
};
