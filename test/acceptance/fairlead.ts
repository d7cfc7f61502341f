import { join } from 'node:path';
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

/** The lines of a report without its summary, white space folded. */
export function stepsOf({ stdout }: Ran): string[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map(line => line.replaceAll(/\s+/g, ' ').trim());
}
