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

async function runLine(
  line: string,
  folder: string,
  host: string,
): Promise<{ output: string; code: number }> {
  // A clean environment: no DOCKER_*, no colour, and nobody's home.
  const env = {
    PATH: [folder, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: folder,
    // Never the machine's own.
    FAIRLEAD_STATE_DIR: join(folder, 'state'),
    LC_ALL: 'C.UTF-8',
    DOCKER_HOST: host,
  };
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
}

/** Runs the commands of an example one after the other against a daemon; `echo $?` prints the last exit code. */
export async function runCommands(
  { commands, files }: Pick<Example, 'commands' | 'files'>,
  daemon: FakeDaemon,
): Promise<Printed[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-docs-'));
  const server = await serve(daemon);
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
      const { output, code } = await runLine(line, folder, server.host);
      last = code;
      printed.push(output.replace(/\n$/, '').split('\n'));
    }
    return printed;
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What differs from host to host: IDs, times, and a distribution's mark on the engine's version. */
export function normalised(lines: readonly string[]): string {
  return lines
    .join('\n')
    .trimEnd()
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'FULL-ID')
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'SHORT-ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/(\d+\.\d+\.\d+)\+dfsg\d+/g, '$1');
}
