import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { program } from '../test/acceptance/fairlead.js';
import type { PrivateEngine } from '../test/engine/private-engine.js';
import { timeAsyncMs } from './sample.js';

/** Starts the program in an engine's network namespace, as it runs on a host; its ID is that of the program itself. */
export function startProgram(engine: PrivateEngine, ...args: string[]): ChildProcess {
  return engine.spawn(process.execPath, [program, ...args], {
    env: { HOME: '/nonexistent', NODE_OPTIONS: '' },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** How long a whole run takes. One that fails is none. */
export async function runProgram(engine: PrivateEngine, ...args: string[]): Promise<number> {
  let failure: string | undefined;
  const ms = await timeAsyncMs(async () => {
    const child = startProgram(engine, ...args);
    const said = Promise.all([child.stdout, child.stderr].map(async stream => (stream ? text(stream) : '')));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (exitCode !== 0) failure = (await said).join('');
  });
  if (failure !== undefined) throw new Error(`fairlead ${args.join(' ')} failed: ${failure}`);
  return ms;
}
