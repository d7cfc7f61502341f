import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import type { ContainerProcess } from '../model/namespace.js';
import type { ConfirmProcess } from './kernel.js';
import { describeLook, gone, hostNamespace, notHere } from './namespace-failure.js';

/** A network namespace held open: it stays the same one, whatever becomes of the process it was found by. */
export interface OpenNamespace extends AsyncDisposable {
  /** File descriptor of the namespace; below 0 once it is closed. */
  readonly fd: number;
  readonly inode: number;
  /** The PID it was found by: for what only /proc tells, and only as long as it is checked again. */
  readonly pid: number;
}

export interface OpenOptions {
  /** Asks the engine once more, where something is to be changed. */
  readonly confirm?: ConfirmProcess;
  /** Where the kernel tells of its processes. */
  readonly proc?: string;
}

const hostProcesses = ['self', '1'] as const;

/**
 * Opens the network namespace of a container's process, and makes sure that it is this container's. The process is
 * first held, then asked about: what is found out then is true of the namespace that is open, even if the process ends
 * in between and its PID is given to another one.
 *
 * By /proc/PID/ns/net and not by the engine's SandboxKey: that is a path in the mount namespace of dockerd, which may
 * not be ours (snap, systemd's PrivateMounts), and 20.10 keeps it after the container has ended (kernel facts 10).
 */
export async function openNamespace(
  process: ContainerProcess,
  { confirm, proc = '/proc' }: OpenOptions = {},
): Promise<OpenNamespace> {
  const file = await openFile(process, proc);
  try {
    const { ino: inode } = await file.stat();
    // Before anything else: a process in the host's namespace is never to be touched, whosever it is.
    if ((await hostInodes(proc)).includes(inode)) throw hostNamespace(process);
    if (!(await isOf(process, proc))) throw notHere(process);
    if (confirm && !isSameRun(process, await confirm())) throw gone(process);
    return {
      // Below 0 once it is closed: the number may by then be another file's.
      get fd() {
        return file.fd;
      },
      inode,
      pid: process.pid,
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(process: ContainerProcess, proc: string): Promise<FileHandle> {
  try {
    return await open(`${proc}/${String(process.pid)}/ns/net`, 'r');
  } catch (error) {
    throw describeLook(process, error);
  }
}

/** Of our own namespace and of init's, which is another one where Fairlead runs in a container with the host's PIDs. */
async function hostInodes(proc: string): Promise<readonly number[]> {
  const inodes = await Promise.all(
    hostProcesses.map(async name => {
      try {
        return (await stat(`${proc}/${name}/ns/net`)).ino;
      } catch {
        // Init's may be hidden from us (kernel facts 10); our own never is.
        return undefined;
      }
    }),
  );
  return inodes.filter(inode => inode !== undefined);
}

const wholeId = /^[0-9a-f]{64}$/;

/** Whether the process runs in a control group named after the container; part of an ID is part of many names. */
async function isOf({ id, pid, ...process }: ContainerProcess, proc: string): Promise<boolean> {
  if (!wholeId.test(id)) return false;
  try {
    return (await readFile(`${proc}/${String(pid)}/cgroup`, 'utf8')).includes(id);
  } catch (error) {
    throw describeLook({ id, pid, ...process }, error);
  }
}

function isSameRun(process: ContainerProcess, now: ContainerProcess | undefined): boolean {
  return now?.pid === process.pid && now.startedAt === process.startedAt;
}
