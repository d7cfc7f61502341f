import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Invocation, RunTool } from '../src/lib/netns/tools.js';
import { unnamedFile } from '../src/lib/netns/unnamed-file.js';

/** Keeps what is run since it was last taken. */
export class Recorder {
  #invocations: Invocation[] = [];

  readonly observe =
    (run: RunTool): RunTool =>
    (invocation, signal) => {
      this.#invocations.push(invocation);
      return run(invocation, signal);
    };

  take(): readonly Invocation[] {
    return this.#invocations.splice(0);
  }
}

/**
 * The floor: the same tool with the same arguments and lines, and nothing around it, as a script does it with
 * `nsenter --net=… ip -batch`. The lines from a file, for nft does not read the sockets that Node has for pipes.
 */
export async function runBare({ tool, args, input = '' }: Invocation, pid?: number): Promise<void> {
  const command = [tool, ...args];
  const [file = tool, ...rest] =
    pid === undefined ? command : ['nsenter', `--net=/proc/${String(pid)}/ns/net`, '--', ...command];
  const lines = await unnamedFile(input);
  try {
    const child = spawn(file, rest, { stdio: [lines.fd, 'ignore', 'inherit'] });
    const [exitCode] = (await once(child, 'close')) as [number | null];
    // A table that is not there is an answer.
    if (exitCode !== 0 && !args.includes('list'))
      throw new Error(`${command.join(' ')} ended with ${String(exitCode)}`);
  } finally {
    await lines.close();
  }
}

export async function runBareInOrder(invocations: readonly Invocation[], pid?: number): Promise<void> {
  for (const invocation of invocations) await runBare(invocation, pid);
}

export async function runBareSideBySide(invocations: readonly Invocation[], pid?: number): Promise<void> {
  await Promise.all(invocations.map(invocation => runBare(invocation, pid)));
}
