import { readFile, readdir, readlink } from 'node:fs/promises';
import { hasOwnTable } from './routing/own-tables.js';

/** Looks at once: these are files of the kernel's, and each waits for no disk. */
const atOnce = 64;

/** A container's ID, as its control group is named after it; the innermost of them where containers are nested. */
const containerId = /([0-9a-f]{64})(?!.*[0-9a-f]{64})/s;

/**
 * IDs of the containers in whose network namespaces a routing table of ours is, by the kernel's own list of IPv4 tables:
 * the IPv4 backstop is placed first and removed last. Starts no process. What may not be looked at is left out.
 */
export async function findHolders(proc = '/proc'): Promise<ReadonlySet<string>> {
  const [own, init] = await Promise.all([namespaceOf(proc, 'self'), namespaceOf(proc, '1')]);
  const pids = (await readdir(proc)).filter(name => /^\d+$/.test(name));
  const members = new Map<string, string[]>();
  await each(pids, async pid => {
    const namespace = await namespaceOf(proc, pid);
    if (namespace === undefined || namespace === own || namespace === init) return;
    members.set(namespace, [...(members.get(namespace) ?? []), pid]);
  });
  const holders = new Set<string>();
  await each([...members.values()], async processes => {
    if (!(await isHeld(proc, processes))) return;
    for (const pid of processes) {
      const id = containerId.exec((await textOf(`${proc}/${pid}/cgroup`)) ?? '')?.[1];
      if (id !== undefined) holders.add(id);
    }
  });
  return holders;
}

/** By the first of its processes that still runs. */
async function isHeld(proc: string, processes: readonly string[]): Promise<boolean> {
  for (const pid of processes) {
    const trie = await textOf(`${proc}/${pid}/net/fib_trie`);
    if (trie !== undefined) return hasOwnTable(trie);
  }
  return false;
}

async function namespaceOf(proc: string, process: string): Promise<string | undefined> {
  try {
    return await readlink(`${proc}/${process}/ns/net`);
  } catch {
    // It has ended, or is not for us to look at.
    return undefined;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function each<T>(items: readonly T[], look: (item: T) => Promise<void>): Promise<void> {
  const { default: pLimit } = await import('p-limit');
  const limit = pLimit(atOnce);
  await Promise.all(items.map(item => limit(() => look(item))));
}
