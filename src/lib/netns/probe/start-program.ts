import { type ChildProcess, spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import type { OpenNamespace } from '../open-namespace.js';
import { type FindProgram, type Program, missingProgram } from '../tool-folders.js';

/** Where programs are, for those that live longer than one answer. */
export interface Programs {
  readonly find: FindProgram;
  /** The PATH of the programs themselves. */
  readonly folders: readonly string[];
}

interface Start {
  /** An absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** The namespace to run in; our own where it is left out. */
  readonly within?: OpenNamespace | undefined;
  readonly stdin: 'pipe' | 'ignore';
  /** What it can read as file descriptor 4. */
  readonly input?: FileHandle;
}

export async function located({ find }: Programs, program: Program): Promise<string> {
  const path = await find(program);
  if (path === undefined) throw missingProgram(program);
  return path;
}

/**
 * Starts a program with nothing of our environment, and in a session of its own: Ctrl-C at the terminal ends us, and
 * we end it.
 */
export async function startProgram(
  programs: Programs,
  { program, args, within, stdin, input }: Start,
): Promise<ChildProcess> {
  const nsenter = within && (await located(programs, 'nsenter'));
  const entering = nsenter === undefined ? [] : ['--net=/proc/self/fd/3', '--', program];
  if (within && within.fd < 0) throw new TypeError('a namespace that is closed by now');
  const child = spawn(nsenter ?? program, [...entering, ...args], {
    env: { LC_ALL: 'C', PATH: programs.folders.join(':') },
    cwd: '/',
    detached: true,
    stdio: [stdin, 'pipe', 'pipe', within?.fd ?? 'ignore', input?.fd ?? 'ignore'],
  });
  // One that ends before it has read everything is told of by its end.
  child.stdin?.on('error', () => undefined);
  return child;
}
