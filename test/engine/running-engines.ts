import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listEngineFolders, readRecord } from './engine-folder.js';
import type { EngineRecord } from './engine-folder.js';
import { EngineUnavailableError } from './engine-errors.js';
import { isAlive } from './process-identity.js';
import { removeEngine } from './watchdog.js';

/** An engine of this machine, as a process sees it that did not start it. */
export interface RunningEngine extends EngineRecord {
  readonly folder: string;
  readonly host: string;
  readonly isStale: boolean;
}

export function listEngines(): RunningEngine[] {
  return listEngineFolders().flatMap(folder => {
    const record = readRecord(folder);
    if (!record) return [];
    return [
      { ...record, folder, host: `unix://${join(folder, 'docker.sock')}`, isStale: !isAlive(record.owner) },
    ];
  });
}

/** The engine of that name; without a name, the only one. */
export function findEngine(name: string | undefined): RunningEngine {
  const engines = listEngines().filter(engine => !engine.isStale);
  const names = engines.map(engine => engine.name).join(', ') || 'none';
  if (name === undefined && engines.length !== 1) {
    throw new EngineUnavailableError(`which engine? Say --name; running are: ${names}`);
  }
  const engine = name === undefined ? engines[0] : engines.find(each => each.name === name);
  if (!engine) throw new EngineUnavailableError(`no engine named ${String(name)}; running are: ${names}`);
  return engine;
}

/** Asks the owner to stop it, as only the owner's other work tells when that is; insists in the end. */
export async function stopEngine(engine: RunningEngine, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  if (isAlive(engine.owner)) process.kill(engine.owner.pid, 'SIGTERM');
  while (existsSync(engine.folder) && Date.now() < deadline) await delay(20);
  removeEngine(engine.folder);
}
