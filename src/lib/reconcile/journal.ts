import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode, FairleadError, messageOf } from '../model/errors.js';
import type { RecreateNetwork } from '../model/step.js';

/** A recreation that has begun, and which way it goes: `back` restores what was there before. */
export interface RecreationRecord {
  readonly version: 1;
  readonly direction: 'forward' | 'back';
  readonly step: RecreateNetwork;
}

/** Where recreations are written down before their first call, so that a killed run can be finished. */
export interface Journal {
  pending(): Promise<RecreationRecord[]>;
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
export function fileJournal(stateFolder: string, engineUrl: string): Journal {
  const folder = join(stateFolder, createHash('sha256').update(engineUrl).digest('hex').slice(0, 16));
  const fileOf = (name: string): string =>
    join(folder, `recreate-${createHash('sha256').update(name).digest('hex').slice(0, 32)}.json`);

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
      } catch {
        return [];
      }
      return Promise.all(names.filter(name => name.endsWith('.json')).map(name => read(join(folder, name))));
    },
    async write(record) {
      const file = fileOf(record.step.network.name);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
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
  pending: () => Promise.resolve([]),
  write: record => Promise.reject(failed('write', record.step.network.name, 'there is no state folder')),
  clear: () => Promise.resolve(),
};
