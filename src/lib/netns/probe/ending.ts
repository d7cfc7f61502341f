import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** Of output: all that any of them has to say. */
const mostCharacters = 100_000;

/** How a program ended, and what it said. */
export interface Ending {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program says, as it comes in. */
export interface Listening {
  /** Fulfilled when it has ended, however that came about. */
  readonly ended: Promise<Ending>;
  /** Whether it says this on its standard output before it ends. */
  hasSaid(text: string): Promise<boolean>;
}

export function listenTo(child: ChildProcess): Listening {
  const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)];
  const ended = endOf(child).then(({ exitCode, failure }) => ({
    exitCode,
    stdout: stdout(),
    stderr: failure ?? stderr(),
  }));
  return {
    ended,
    hasSaid: text =>
      new Promise(resolve => {
        const look = (): void => {
          if (stdout().includes(text)) resolve(true);
        };
        child.stdout?.on('data', look);
        void ended.then(() => resolve(stdout().includes(text)));
        look();
      }),
  };
}

async function endOf(child: ChildProcess): Promise<{ exitCode: number; failure?: string }> {
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { exitCode: code ?? -1 };
  } catch (error) {
    // It could not be started.
    return { exitCode: -1, failure: String(error) };
  }
}

function gather(stream: Readable | null): () => string {
  let said = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < mostCharacters) said += text;
  });
  return () => said;
}
