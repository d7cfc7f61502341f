import { escapeLine } from '../model/escape.js';
import { ExitCode, messageOf } from '../model/errors.js';
import { KernelError } from './kernel-error.js';
import { type Ending, runProgram } from './run-program.js';
import { type FindProgram, type Program, missingProgram } from './tool-folders.js';
import type { RunTool, Tool } from './tools.js';
import { unnamedFile } from './unnamed-file.js';

/** Each of them ends in milliseconds; nft may wait for another nft's lock. */
const deadlineMs = 20_000;
/** Of output: far more than anything of ours, and a container that fills its tables does not fill our memory. */
const mostCharacters = 16_000_000;

export interface RunToolOptions {
  readonly findProgram: FindProgram;
  /** The PATH of the tools themselves. */
  readonly folders: readonly string[];
}

/**
 * Runs the system's tools: argument by argument, without a shell, with nothing of our environment, and in a session of
 * their own, so that Ctrl-C at the terminal ends us and not the change that is under way.
 */
export function toolRunner({ findProgram, folders }: RunToolOptions): RunTool {
  const env = { LC_ALL: 'C', PATH: folders.join(':') };

  return async ({ tool, args, input, within }, signal) => {
    signal?.throwIfAborted();
    const [program, nsenter] = await Promise.all([
      found(findProgram, tool),
      within ? found(findProgram, 'nsenter') : undefined,
    ]);
    // By the open handle: the path of a process that has ended would by now lead nowhere, or to somebody else's.
    const command =
      nsenter === undefined ? [program, ...args] : [nsenter, '--net=/proc/self/fd/3', '--', program, ...args];
    const [file = program, ...rest] = command;
    const stdin = input === undefined ? undefined : await unnamedFile(input);
    try {
      const ending = await runProgram(file, rest, {
        env,
        stdio: [stdin ? inherited(stdin) : 'ignore', 'pipe', 'pipe', ...(within ? [inherited(within)] : [])],
        deadlineMs,
        mostCharacters,
        signal,
      });
      signal?.throwIfAborted();
      if (ending.how !== 'exited') throw noAnswer(tool, ending);
      const { exitCode, stdout, stderr } = ending;
      return { exitCode, stdout, stderr };
    } finally {
      await stdin?.close();
    }
  };
}

async function found(findProgram: FindProgram, program: Program): Promise<string> {
  const path = await findProgram(program);
  if (path === undefined) throw missingProgram(program);
  return path;
}

function inherited({ fd }: { readonly fd: number }): number {
  if (fd < 0) throw new TypeError('a tool was to be run in a namespace that is closed by now');
  return fd;
}

function noAnswer(tool: Tool, ending: Exclude<Ending, { readonly how: 'exited' }>): KernelError {
  if (ending.how === 'not-started') {
    const { cause } = ending;
    const why = escapeLine(messageOf(cause));
    return new KernelError('tool', `Could not start ${tool}: ${why}.`, { exit: ExitCode.failed, cause });
  }
  const what =
    ending.how === 'killed'
      ? `was ended by ${ending.signal}`
      : ending.by === 'length'
        ? 'printed more than is ever read of it'
        : `did not end within ${String(deadlineMs / 1000)} s`;
  return new KernelError('no-answer', `${tool} ${what}.`, { exit: ExitCode.failed });
}
