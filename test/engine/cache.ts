import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { withFileLock } from './file-lock.js';

/** Where downloads are kept between runs. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  // Empty means unset, as the XDG specification has it.
  const { FAIRLEAD_TEST_CACHE: own, XDG_CACHE_HOME: shared } = env;
  if (own) return own;
  const parent = shared !== undefined && shared !== '' ? shared : join(homedir(), '.cache');
  return join(parent, 'fairlead-test');
}

/**
 * The cached folder `name`, built on first use.
 *
 * Invariant: a folder under its final name is complete. It is built under another name and renamed when
 * done; one process builds, others wait for it.
 */
export async function cached(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheRoot(), name);
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  return withFileLock(`${target}.lock`, async () => {
    if (existsSync(target)) return target;
    await removeDrafts(target);
    const draft = await mkdtemp(`${target}.draft-`);
    try {
      await build(draft);
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
    return target;
  });
}

/** Called with the lock held, so any draft is one that a dead process left behind. */
async function removeDrafts(target: string): Promise<void> {
  const prefix = `${basename(target)}.draft-`;
  const entries = await readdir(dirname(target));
  const drafts = entries.filter(entry => entry.startsWith(prefix));
  await Promise.all(drafts.map(draft => rm(join(dirname(target), draft), { recursive: true, force: true })));
}
