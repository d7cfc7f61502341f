import { escapeLine } from '../model/escape.js';
import { ExitCode } from '../model/errors.js';
import { KernelError } from './kernel-error.js';
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
    const [program, nsenter, { execa }] = await Promise.all([
      found(findProgram, tool),
      within ? found(findProgram, 'nsenter') : undefined,
      import('execa'),
    ]);
    // By the open handle: the path of a process that has ended would by now lead nowhere, or to somebody else's.
    const command =
      nsenter === undefined ? [program, ...args] : [nsenter, '--net=/proc/self/fd/3', '--', program, ...args];
    const [file = program, ...rest] = command;
    const stdin = input === undefined ? undefined : await unnamedFile(input);
    try {
      const result = await execa(file, rest, {
        env,
        extendEnv: false,
        stdio: [stdin ? inherited(stdin) : 'ignore', 'pipe', 'pipe', ...(within ? [inherited(within)] : [])],
        cwd: '/',
        detached: true,
        cleanup: false,
        reject: false,
        stripFinalNewline: false,
        timeout: deadlineMs,
        maxBuffer: mostCharacters,
        ...(signal && { cancelSignal: signal }),
      });
      signal?.throwIfAborted();
      const { exitCode, stdout, stderr } = result;
      if (exitCode === undefined || result.isMaxBuffer) throw noAnswer(tool, result);
      return { exitCode, stdout: text(stdout), stderr: text(stderr) };
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

/** execa takes any descriptor; its types know those below ten. */
function inherited({ fd }: { readonly fd: number }): 3 {
  if (fd < 0) throw new TypeError('a tool was to be run in a namespace that is closed by now');
  return fd as 3;
}

function text(output: unknown): string {
  return typeof output === 'string' ? output : '';
}

/** How a tool ended that gave no result. */
interface Ending {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly originalMessage?: string | undefined;
  readonly cause?: unknown;
}

function noAnswer(tool: Tool, ending: Ending): KernelError {
  const { exitCode, timedOut, isMaxBuffer, signal, cause } = ending;
  if (exitCode === undefined && signal === undefined && !timedOut && !isMaxBuffer) {
    const why = escapeLine(ending.originalMessage ?? 'no reason given');
    return new KernelError('tool', `Could not start ${tool}: ${why}.`, { exit: ExitCode.failed, cause });
  }
  const what = timedOut
    ? `did not end within ${String(deadlineMs / 1000)} s`
    : isMaxBuffer
      ? 'printed more than is ever read of it'
      : `was ended by ${signal ?? 'a signal'}`;
  return new KernelError('no-answer', `${tool} ${what}.`, { exit: ExitCode.failed, cause });
}
