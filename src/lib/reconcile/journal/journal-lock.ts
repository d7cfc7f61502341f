import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type JournalOwner, isRunning } from './journal-owner.js';
import { codeOf } from '../../model/error-code.js';

async function holder(lock: string): Promise<JournalOwner | undefined> {
  try {
    const value = JSON.parse(await readFile(lock, 'utf8')) as Partial<JournalOwner>;
    return typeof value.pid === 'number' && typeof value.started === 'string'
      ? { pid: value.pid, started: value.started }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process that runs holds the lock; one that was killed does not. */
export async function isHeld(lock: string): Promise<boolean> {
  const owner = await holder(lock);
  return owner !== undefined && isRunning(owner);
}

async function create(lock: string, owner: JournalOwner): Promise<boolean> {
  try {
    await writeFile(lock, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock, from a process that is no more too. Of several that try at once one succeeds. */
export async function acquire(lock: string, owner: JournalOwner): Promise<boolean> {
  if (await create(lock, owner)) return true;
  if (await isHeld(lock)) return false;
  const aside = `${lock}.${String(owner.pid)}`;
  try {
    // One of those who see the dead owner moves its lock away; for the others it is gone.
    await rename(lock, aside);
  } catch {
    return false;
  }
  const taken = !(await isHeld(aside));
  if (!taken) await rename(aside, lock);
  await rm(aside, { force: true });
  return taken && create(lock, owner);
}
