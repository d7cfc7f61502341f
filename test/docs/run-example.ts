import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { FakeDaemon } from '../support/fake-daemon.js';
import { serve } from '../support/fake-server.js';
import { type Example, root } from './pages.js';

/** What a command printed, both streams as a terminal mixes them. */
export type Printed = readonly string[];

/** Runs one line of a shell, both streams as one, in a folder where `fairlead` is a program. */
export type RunLine = (line: string, folder: string) => Promise<{ output: string; code: number }>;

/** The environment of an example: no DOCKER_*, no colour, nobody's home, nothing of the machine's own state. */
export function cleanEnvironment(folder: string, programs: readonly string[] = []): Record<string, string> {
  return {
    PATH: [folder, dirname(process.execPath), ...programs, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: folder,
    FAIRLEAD_STATE_DIR: join(folder, 'state'),
    FAIRLEAD_RUNTIME_DIR: join(folder, 'run'),
    LC_ALL: 'C.UTF-8',
  };
}

function runHere(host: string): RunLine {
  return async (line, folder) => {
    const env = { ...cleanEnvironment(folder), DOCKER_HOST: host };
    try {
      const { stdout } = await promisify(execFile)('/bin/sh', ['-c', `exec 2>&1\n${line}`], {
        env,
        cwd: folder,
      });
      return { output: stdout, code: 0 };
    } catch (error) {
      const { stdout, code } = error as { stdout?: string; code?: unknown };
      if (stdout === undefined || typeof code !== 'number') throw error;
      return { output: stdout, code };
    }
  };
}

/** Runs the commands of an example one after the other; `echo $?` prints the last exit code. */
export async function runLines(
  { commands, files }: Pick<Example, 'commands' | 'files'>,
  runLine: RunLine,
): Promise<Printed[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-docs-'));
  try {
    const program = join(folder, 'fairlead');
    await writeFile(program, `#!/bin/sh\nexec node '${join(root, 'bin/run.js')}' "$@"\n`);
    await chmod(program, 0o755);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const printed: Printed[] = [];
    let last = 0;
    for (const { line } of commands) {
      if (line === 'echo $?') {
        printed.push([String(last)]);
        continue;
      }
      const { output, code } = await runLine(line, folder);
      last = code;
      printed.push(output.replace(/\n$/, '').split('\n'));
    }
    return printed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the commands of an example against a daemon. */
export async function runCommands(
  example: Pick<Example, 'commands' | 'files'>,
  daemon: FakeDaemon,
): Promise<Printed[]> {
  const server = await serve(daemon);
  try {
    return await runLines(example, runHere(server.host));
  } finally {
    await server.close();
  }
}

/** What differs from host to host: IDs, times, folders, and a distribution's mark on the engine's version. */
export function normalised(lines: readonly string[]): string {
  return lines
    .join('\n')
    .trimEnd()
    .replaceAll(/\S+\/fairlead-docs-\w+\/state\b/g, '/var/lib/fairlead')
    .replaceAll(/\S+\/fairlead-docs-\w+\b/g, '/etc/fairlead')
    .replaceAll(/"pid": \d+/g, '"pid": PID')
    .replaceAll(/"metric": (?!4294967295)\d+/g, '"metric": METRIC')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'FULL-ID')
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'SHORT-ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/(\d+\.\d+\.\d+)\+dfsg\d+/g, '$1');
}
