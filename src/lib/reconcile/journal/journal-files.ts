import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecreationRecord } from './journal.js';
import { journalFailure } from './journal-failure.js';
import { codeOf } from '../../model/error-code.js';

const engineFolder = /^[0-9a-f]{16}$/;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The folder of an engine, by whatever it is known by. */
export function folderOf(stateFolder: string, engine: string): string {
  return join(stateFolder, digest(engine).slice(0, 16));
}

function isRecord(value: unknown): value is RecreationRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<RecreationRecord>;
  return record.version === 1 && record.step?.do === 'recreate-network' && Array.isArray(record.step.members);
}

export const fileOf = (folder: string, network: string): string =>
  join(folder, `recreate-${digest(network).slice(0, 32)}.json`);

export const lockOf = (file: string): string => `${file}.lock`;

export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw journalFailure('write', folder, error);
  }
}

export async function readRecord(file: string): Promise<RecreationRecord> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isRecord(value)) return value;
  } catch (error) {
    throw journalFailure('read', file, error);
  }
  throw journalFailure('read', file, 'it is not one that this version writes');
}

/** Nothing was ever begun where there is no folder. What cannot be looked at is not nothing. */
export async function recordsIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter(name => name.endsWith('.json')).map(name => join(folder, name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw journalFailure('read', folder, error);
  }
}

/** Whether no run has left anything of any engine: so it mostly is, and no engine need be asked who it is. */
export async function isEmpty(stateFolder: string): Promise<boolean> {
  let names: string[];
  try {
    names = await readdir(stateFolder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw journalFailure('read', stateFolder, error);
  }
  const folders = names.filter(name => engineFolder.test(name)).map(name => join(stateFolder, name));
  const records = await Promise.all(folders.map(recordsIn));
  return records.every(files => files.length === 0);
}

/** Whole or not at all, and on the disk before anything is touched. */
export async function writeRecord(file: string, record: RecreationRecord): Promise<void> {
  try {
    const handle = await open(`${file}.new`, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(record, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
  } catch (error) {
    throw journalFailure('write', file, error);
  }
}
