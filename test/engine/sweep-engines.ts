import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { listEngineFolders, readRecord } from './engine-folder.js';
import { isAlive } from './process-identity.js';
import { removeEngine } from './watchdog.js';

/** A folder without a record is being made; this long after it is not. */
const creationMs = 60_000;

/** Removes the engines whose owner is gone, for the case that their watchdogs went too. Returns their names. */
export function sweepEngines(): string[] {
  const stale = listEngineFolders().filter(isStale);
  for (const folder of stale) removeEngine(folder);
  return stale.map(folder => basename(folder));
}

function isStale(folder: string): boolean {
  const record = readRecord(folder);
  if (record) return !isAlive(record.owner);
  try {
    return Date.now() - statSync(folder).ctimeMs > creationMs;
  } catch {
    return false;
  }
}
