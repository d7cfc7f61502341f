import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import type { PrivateEngine } from '../engine/private-engine.js';

export const program = join(import.meta.dirname, '../../bin/run.js');

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as a user does, with nothing of this environment but what is given. */
export async function runWith(
  env: Readonly<Record<string, string>>,
  host: string,
  ...args: string[]
): Promise<Ran> {
  const {
    exitCode = -1,
    stdout,
    stderr,
  } = await execa(process.execPath, [program, ...args], {
    env: { DOCKER_HOST: host, PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    cwd: '/',
    extendEnv: false,
    reject: false,
    stripFinalNewline: true,
  });
  return { exitCode, stdout, stderr };
}

/** Runs the program against an engine. */
export function fairlead(engine: PrivateEngine | string, ...args: string[]): Promise<Ran> {
  return runWith({}, typeof engine === 'string' ? engine : engine.host, ...args);
}

/**
 * Runs the program in the engine's own network namespace, where its bridges are and its tools on the PATH: for all that
 * works on the kernel.
 */
export async function fairleadInside(
  engine: PrivateEngine,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return collect(startInside(engine, args, env));
}

/** What a run of the program has said by its end. */
export async function collect(child: ChildProcess): Promise<Ran> {
  const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode: exitCode ?? -1, stdout: await stdout, stderr: await stderr };
}

/** The same, to be ended in the middle of it. */
export function startInside(
  engine: PrivateEngine,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  wrapper: readonly string[] = [],
): ChildProcess {
  const [command = process.execPath, ...rest] = [...wrapper, process.execPath, program, ...args];
  return engine.spawn(command, rest, {
    env: { HOME: '/nonexistent', NODE_OPTIONS: '', ...env },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function collected(stream: Readable | null): Promise<string> {
  return stream ? (await text(stream)).replace(/\n$/, '') : '';
}

/** The lines of a report without its summary, white space folded. */
export function stepsOf({ stdout }: Ran): string[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map(line => line.replaceAll(/\s+/g, ' ').trim());
}
