import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';

export interface ProgramOptions {
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
  readonly deadlineMs: number;
  /** Of each of its two outputs. */
  readonly mostCharacters: number;
  /** Ends it when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** How a program came to its end. */
export type Ending =
  | {
      readonly how: 'exited';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly how: 'not-started'; readonly cause: unknown }
  | { readonly how: 'cut-short'; readonly by: 'deadline' | 'length' | 'signal' }
  | { readonly how: 'killed'; readonly signal: string };

/** What it prints, in both of its outputs, until it is more than is ever read. */
function collect(child: ChildProcess, most: number, tooMuch: () => void): () => [string, string] {
  const outputs = [child.stdout, child.stderr].map(stream => {
    const parts: string[] = [];
    let length = 0;
    stream?.setEncoding('utf8').on('data', (part: string) => {
      parts.push(part);
      length += part.length;
      if (length > most) tooMuch();
    });
    return parts;
  });
  return () => [outputs[0]?.join('') ?? '', outputs[1]?.join('') ?? ''];
}

/**
 * Runs a program in a session of its own to its end, and says how that came. By Node's own means: hundreds are started
 * in a pass, and of what one takes, half was spent in a library around it.
 */
export function runProgram(file: string, args: readonly string[], options: ProgramOptions): Promise<Ending> {
  const { env, stdio, deadlineMs, mostCharacters, signal } = options;
  return new Promise(resolve => {
    const child = spawn(file, args, { env, stdio, cwd: '/', detached: true });
    let cut: Ending | undefined;
    const cutShort = (by: 'deadline' | 'length' | 'signal'): void => {
      cut ??= { how: 'cut-short', by };
      child.kill('SIGKILL');
      // Whoever else holds their other ends is not waited for.
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const onAbort = (): void => cutShort('signal');
    const deadline = setTimeout(() => cutShort('deadline'), deadlineMs);
    const output = collect(child, mostCharacters, () => cutShort('length'));
    const end = (ending: Ending): void => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
      resolve(cut ?? ending);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    child.on('error', cause => end({ how: 'not-started', cause }));
    child.on('close', (exitCode, killedBy) => {
      const [stdout, stderr] = output();
      if (exitCode === null) end({ how: 'killed', signal: killedBy ?? 'a signal' });
      else end({ how: 'exited', exitCode, stdout, stderr });
    });
  });
}
