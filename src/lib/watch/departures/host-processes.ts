import { readFileSync } from 'node:fs';

/** A process of a container on this host. */
export interface HostProcess {
  readonly pid: number;
  /** When it began, as the kernel counts: another process of the same number began later. */
  readonly began: string;
}

/** The processes of this host, as far as they can be seen from here. Each call takes some microseconds. */
export interface HostProcesses {
  /** Undefined where there is none of this number that belongs to the container. */
  find(pid: number, containerId: string): HostProcess | undefined;
  isOver(process: HostProcess): boolean;
}

interface Stat {
  readonly state: string;
  readonly threads: number;
  readonly began: string;
}

/** The folder is not there, or the process ended between the open and the read; with too many files open it did not. */
function saysGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}

/**
 * proc_pid_stat(5): the state is the third field, the number of threads the 20th, the start the 22nd; the second, in
 * brackets, may hold anything. Undefined where it cannot be told.
 */
function readStat(proc: string, pid: number): Stat | 'gone' | undefined {
  let text: string;
  try {
    text = readFileSync(`${proc}/${String(pid)}/stat`, 'latin1');
  } catch (error) {
    return saysGone(error) ? 'gone' : undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, threads, began] = [fields[0], fields[17], fields[19]];
  if (state === undefined || threads === undefined || began === undefined) return undefined;
  return { state, threads: Number(threads), began };
}

/** The control group is named after the container. */
function isOf(containerId: string, proc: string, pid: number): boolean {
  try {
    return readFileSync(`${proc}/${String(pid)}/cgroup`, 'latin1').includes(containerId);
  } catch {
    return false;
  }
}

const over: ReadonlySet<string> = new Set(['Z', 'X', 'x']);

/**
 * A zombie has nothing any more that could serve anybody; nor has whoever was in its namespace (pid_namespaces(7)). But
 * one whose first thread alone has ended (pthread_exit(3) in `main`) is shown as a zombie too, and serves on.
 */
function hasEnded({ state, threads }: Stat): boolean {
  return over.has(state) && threads <= 1;
}

export function hostProcesses(proc = '/proc'): HostProcesses {
  return {
    find(pid, containerId) {
      if (!isOf(containerId, proc, pid)) return undefined;
      const stat = readStat(proc, pid);
      return stat && stat !== 'gone' && !hasEnded(stat) ? { pid, began: stat.began } : undefined;
    },
    isOver({ pid, began }) {
      const stat = readStat(proc, pid);
      return stat !== undefined && (stat === 'gone' || hasEnded(stat) || stat.began !== began);
    },
  };
}
