import type { FairleadConfig } from '../lib/config/schema.js';
import type { Engine } from '../lib/docker/engine.js';
import type { Journal } from '../lib/reconcile/journal.js';
import { engineChoice } from './engine-choice.js';
import type { GlobalFlags } from './global-flags.js';
import { loadEffectiveConfig } from './load-config.js';
import { stateFolder } from './state-folder.js';

/** The engine that is meant, what is declared for it, and where begun work on it is written down. */
export interface Connection {
  readonly engine: Engine;
  readonly config: FairleadConfig;
  readonly journal: Journal;
}

/** Connects by flags, environment, config and docker contexts. Nothing is sent to the engine yet. */
export async function connect(flags: GlobalFlags): Promise<Connection> {
  const [loaded, { connectEngine }, { fileJournal }] = await Promise.all([
    loadEffectiveConfig(flags),
    import('../lib/docker/connect-engine.js'),
    import('../lib/reconcile/journal.js'),
  ]);
  const { engine, endpoint } = await connectEngine(engineChoice(flags, loaded, process.env));
  const journal = fileJournal(stateFolder(process.env, process.getuid?.()), endpoint.url);
  return { engine, config: loaded.config, journal };
}
