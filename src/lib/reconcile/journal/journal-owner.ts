import { readFile } from 'node:fs/promises';

/** The process that a record belongs to. A number alone may be another's by now: its start tells. */
export interface JournalOwner {
  readonly pid: number;
  /** When the kernel started it, in clock ticks since boot; empty where that cannot be told. */
  readonly started: string;
}

const startField = 22;
const firstFieldAfterName = 3;

/** The start of a process by /proc; undefined where there is none, or no /proc. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[startField - firstFieldAfterName];
  } catch {
    return undefined;
  }
}

export async function ownerOf(pid: number): Promise<JournalOwner> {
  return { pid, started: (await startOf(pid)) ?? '' };
}

/** Whether the process that wrote a record still runs. */
export async function isRunning({ pid, started }: JournalOwner): Promise<boolean> {
  return started !== '' && (await startOf(pid)) === started;
}
