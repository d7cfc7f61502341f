import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseImageRecipe } from './base-image.js';
import { clientEnvironment } from './engine-environment.js';
import { EngineStartError, EngineUnavailableError } from './engine-errors.js';
import { imageArchive } from './image-archive.js';
import { installEngine } from './install-engine.js';
import { enterCommand } from './namespaces.js';
import { startEngine } from './private-engine.js';
import type { Release } from './releases.js';
import type { RunningEngine } from './running-engines.js';

export interface StartCommand {
  readonly release: Release;
  readonly name: string | undefined;
}

/** Runs an engine until it is told to stop. */
export async function startInForeground({ release, name }: StartCommand): Promise<void> {
  // Before the engine starts, so that a stop meanwhile is not lost.
  const stop = new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  const engine = await startEngine({ release, ...(name !== undefined && { name }) });
  console.log(`export DOCKER_HOST=${engine.host}`);
  // To whoever started us detached.
  process.send?.(engine.host);
  console.error(
    `${engine.name}: ${engine.product} ${engine.version}, API ${engine.apiVersion}. Ctrl+C stops it.`,
  );
  // A promise alone does not keep Node alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  await stop;
  clearInterval(alive);
  await engine.stop();
}

/** Has another process run the engine, and returns when the engine is there. */
export async function startDetached({ release, name }: StartCommand): Promise<void> {
  const args = ['start', release, ...(name === undefined ? [] : ['--name', name])];
  const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
  // Not a pipe: the owner would die of a line it writes when we are gone.
  const output = openNamelessFile();
  const owner = spawn(process.execPath, [...process.execArgv, cli, ...args], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  });
  const host = await Promise.race([
    once(owner, 'message').then(([message]) => String(message)),
    once(owner, 'exit').then(() => undefined),
  ]);
  if (host === undefined) {
    throw new EngineStartError(
      readFromStart(output)
        .replace(/^engine: /, '')
        .trim(),
    );
  }
  console.log(`export DOCKER_HOST=${host}`);
  owner.disconnect();
  owner.unref();
}

function openNamelessFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'engine-output-'));
  const file = openSync(join(folder, 'output'), 'w+');
  rmSync(folder, { recursive: true });
  return file;
}

function readFromStart(file: number): string {
  const content = Buffer.alloc(fstatSync(file).size);
  readSync(file, content, 0, content.length, 0);
  return content.toString();
}

/** Makes the base image known to an engine: nothing in there can be pulled. */
export async function importImage(engine: RunningEngine): Promise<number> {
  const { name, changes } = baseImageRecipe;
  const archive = await imageArchive(baseImageRecipe);
  const exitCode = await runInEngine(engine, [
    'docker',
    'import',
    ...changes.flatMap(change => ['--change', change]),
    archive,
    name,
  ]);
  if (exitCode === 0) console.log(name);
  return exitCode;
}

/** Runs a command in an engine's network namespace; its exit code is ours. */
export async function runInEngine(engine: RunningEngine, command: readonly string[]): Promise<number> {
  if (!engine.place)
    throw new EngineUnavailableError(`${engine.name} is still coming up: try again in a second`);
  const installed = await installEngine(engine.release);
  const [file, args] = enterCommand(engine.place, ['net'], command);
  const child = spawn(file, args, {
    stdio: 'inherit',
    env: { ...process.env, ...clientEnvironment(installed, engine.folder), HOME: process.env['HOME'] },
  });
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return exitCode ?? 128 + (signal ? constants.signals[signal] : 0);
}
