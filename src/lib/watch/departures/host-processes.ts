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
  readonly began: string;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** proc_pid_stat(5): the state is the third field, the start the 22nd; the second, in brackets, may hold anything. */
function readStat(proc: string, pid: number): Stat | undefined {
  const text = readText(`${proc}/${String(pid)}/stat`);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, began] = [fields?.[0], fields?.[19]];
  return state === undefined || began === undefined ? undefined : { state, began };
}

/** A zombie has nothing any more that could serve anybody; nor has whoever was in its namespace (pid_namespaces(7)). */
const over: ReadonlySet<string> = new Set(['Z', 'X', 'x']);

export function hostProcesses(proc = '/proc'): HostProcesses {
  return {
    find(pid, containerId) {
      // The control group is named after the container.
      if (!readText(`${proc}/${String(pid)}/cgroup`)?.includes(containerId)) return undefined;
      const stat = readStat(proc, pid);
      return stat && !over.has(stat.state) ? { pid, began: stat.began } : undefined;
    },
    isOver({ pid, began }) {
      const stat = readStat(proc, pid);
      return stat === undefined || over.has(stat.state) || stat.began !== began;
    },
  };
}
