import type { FairleadConfig } from '../lib/config/schema.js';
import { loadConfig } from '../lib/config/load.js';
import { problemLine } from '../lib/config/problem-text.js';
import type { EventSource } from '../lib/docker/events/event-source.js';
import { isLocal } from '../lib/docker/endpoint/endpoint.js';
import { isEngineFailure } from '../lib/docker/failures/engine-error.js';
import type { Engine } from '../lib/docker/engine.js';
import type { Log } from '../lib/model/log.js';
import type { Journal } from '../lib/reconcile/journal/journal.js';
import { engineChoice } from './engine-choice.js';
import type { GlobalFlags } from './flags/global-flags.js';
import type { KernelAccess } from '../lib/reconcile/observe/observe-kernel.js';
import { kernelAccess } from './kernel-access.js';
import { configRequest } from './config-request.js';
import { logFor } from './logging.js';
import { stateFolder } from './state-folder.js';

/** The engine that is meant, what is declared for it, and where begun work on it is written down. */
export interface Connection {
  readonly engine: Engine;
  readonly config: FairleadConfig;
  /** The file it was read from; absent where there is none. */
  readonly configFile?: string;
  /** Which version of the file was read. */
  readonly configVersion?: string;
  /** What is doubtful in it. */
  readonly warnings: readonly string[];
  /** Where the engine is. */
  readonly url: string;
  readonly events: EventSource;
  readonly journal: Journal;
  /** The kernel that the containers run on, or why it is not at hand. */
  readonly kernel: () => Promise<KernelAccess>;
  readonly log: Log;
}

/** A socket proxy need not let us ask; then it is the engine at its address. */
async function engineId(engine: Engine, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return await engine.id(signal);
  } catch (error) {
    if (isEngineFailure(error, 'denied', 'malformed', 'refused')) return undefined;
    throw error;
  }
}

/** Connects by flags, environment, config and docker contexts. Nothing is sent to the engine yet. */
export async function connect(flags: GlobalFlags): Promise<Connection> {
  const [loaded, { connectEngine }, { fileJournal }] = await Promise.all([
    loadConfig(configRequest(flags)),
    import('../lib/docker/connect-engine.js'),
    import('../lib/reconcile/journal/file-journal.js'),
  ]);
  const log = logFor(flags, loaded.config, process.env);
  if (loaded.file !== undefined) log.debug('read the config', { file: loaded.file });
  const warnings = loaded.warnings.map(problemLine);
  for (const warning of warnings) log.warn(warning);
  const { engine, events, endpoint } = await connectEngine({
    ...engineChoice(flags, loaded, process.env),
    log,
  });
  log.debug('the engine', { url: endpoint.url, chosen: endpoint.origin });
  const folder = stateFolder(process.env, process.getuid?.());
  const id = isLocal(endpoint) ? (signal?: AbortSignal) => engineId(engine, signal) : undefined;
  const journal = fileJournal(folder, { url: endpoint.url, ...(id && { id }) }, process.pid);
  return {
    engine,
    events,
    url: endpoint.url,
    config: loaded.config,
    warnings,
    ...(loaded.file !== undefined && { configFile: loaded.file }),
    ...(loaded.version !== undefined && { configVersion: loaded.version }),
    journal,
    kernel: kernelAccess(endpoint, process.env, { folder, warn: message => log.warn(message) }),
    log,
  };
}
