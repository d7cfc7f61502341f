import { execa } from 'execa';
import { EngineCommandError } from './engine-errors.js';

export interface CommandOptions {
  /** All of it: nothing of this process's own is added. */
  readonly env: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** Runs a command to its end and returns its standard output; `shown` is what an error calls it. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
  shown: readonly string[] = [file, ...args],
): Promise<string> {
  const { env, input, cwd, timeoutMs = 60_000 } = options;
  const result = await execa(file, args, {
    env,
    extendEnv: false,
    reject: false,
    timeout: timeoutMs,
    stripFinalNewline: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(cwd !== undefined && { cwd }),
  });
  if (!result.failed) return result.stdout;
  const reason = result.timedOut ? `no end after ${String(timeoutMs)} ms` : lastWords(result);
  throw new EngineCommandError(shown.join(' '), result.exitCode, reason, result.cause);
}

/** What it said itself, else what became of it: killed by a signal, not found. */
function lastWords({ stderr, shortMessage }: { stderr: string; shortMessage?: string | undefined }): string {
  const said = stderr.trim();
  return said === '' ? (shortMessage ?? 'no reason given') : said;
}
