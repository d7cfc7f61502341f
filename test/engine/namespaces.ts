import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EngineStartError } from './engine-errors.js';

/** The place in which one engine lives: its namespaces, kept by a process, and its cgroup. */
export interface EnginePlace {
  readonly holderPid: number;
  readonly cgroupProcs: string;
}

export interface HoldOptions {
  readonly folder: string;
  readonly cgroupProcs: string;
  readonly isolated: boolean;
  /** Libraries to be found in there beside the host's, or nothing. */
  readonly libraryFolder: string;
  /** A file system to have as root in there; the host's where it is left out. */
  readonly rootFolder?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

const script = fileURLToPath(new URL('hold-namespaces.sh', import.meta.url));
const rootScript = fileURLToPath(new URL('hold-root.sh', import.meta.url));

export async function holdNamespaces(options: HoldOptions): Promise<EnginePlace> {
  const { folder, cgroupProcs, isolated, libraryFolder, rootFolder, env } = options;
  const namespaces = isolated ? ['--mount', '--net'] : ['--mount'];
  const mode = isolated ? 'isolated' : 'shared';
  const held =
    rootFolder === undefined
      ? [script, folder, cgroupProcs, mode, libraryFolder]
      : [rootScript, folder, cgroupProcs, rootFolder];
  const holder = spawn('unshare', [...namespaces, 'sh', ...held], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env,
  });
  let complaint = '';
  holder.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (holder.exitCode !== null || holder.pid === undefined) {
    throw new EngineStartError(`cannot prepare the engine's namespaces: ${complaint.trim()}`);
  }
  release(holder);
  return { holderPid: holder.pid, cgroupProcs };
}

/**
 * The command line that runs `command` in an engine's place. The shell joins the cgroup first, so that
 * whatever the command leaves behind goes when the engine goes; both `exec`, so the pid stays the same.
 */
export function enterCommand(
  place: EnginePlace,
  namespaces: readonly ('net' | 'mnt')[],
  command: readonly string[],
): readonly [file: string, args: string[]] {
  const flags = namespaces.map(
    kind => `--${kind === 'mnt' ? 'mount' : 'net'}=/proc/${String(place.holderPid)}/ns/${kind}`,
  );
  return ['sh', ['-c', 'echo 0 > "$0" && exec nsenter "$@"', place.cgroupProcs, ...flags, '--', ...command]];
}

/** Lets Node end although the child still runs; the engine's watchdog then ends the child. */
export function release(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}
