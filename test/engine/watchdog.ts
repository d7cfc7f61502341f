import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineCommandError } from './engine-errors.js';
import { toolsFolder } from './engine-tools.js';

/** Removes one engine as soon as this process is gone, or says so. */
export interface Watchdog {
  /** Resolves when nothing of the engine is left. */
  dismiss(): Promise<void>;
}

const watchScript = fileURLToPath(new URL('watch-owner.sh', import.meta.url));
const removeScript = fileURLToPath(new URL('remove-engine.sh', import.meta.url));

export function startWatchdog(folder: string, env: NodeJS.ProcessEnv): Watchdog {
  // A session of its own: Ctrl+C reaches the terminal's whole process group.
  const watchdog = spawn('sh', [watchScript, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env,
  });
  const ended = once(watchdog, 'exit');
  watchdog.unref();
  // The pipe stays open, but is no reason for Node to stay alive.
  (watchdog.stdin as unknown as { unref(): void }).unref();
  return {
    async dismiss() {
      watchdog.ref();
      watchdog.stdin.destroy();
      if (watchdog.exitCode === null && watchdog.signalCode === null) await ended;
      removeEngine(folder);
    },
  };
}

/** What the watchdog does, done by us: for engines whose watchdog was killed as well. */
export function removeEngine(folder: string): void {
  if (!existsSync(folder)) return;
  const env = { ...process.env, PATH: [toolsFolder(), process.env['PATH']].join(delimiter) };
  const { status, stderr } = spawnSync('sh', [removeScript, folder], { env, encoding: 'utf8', cwd: '/' });
  if (existsSync(folder))
    throw new EngineCommandError(`remove-engine.sh ${folder}`, status ?? undefined, stderr);
}
