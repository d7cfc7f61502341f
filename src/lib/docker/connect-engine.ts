import { homedir } from 'node:os';
import { openEngine } from './dockerode-engine.js';
import { resolveEndpoint } from './endpoint.js';
import type { Engine } from './engine.js';
import { type RetryPolicy, retryingEngine } from './retrying-engine.js';

export interface EngineChoice {
  readonly host?: string;
  readonly context?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly retry?: RetryPolicy;
  /** How long to wait for each answer; a default for reading and a longer one for changes where it is left out. */
  readonly timeoutMs?: number;
}

/** The engine that flags, environment and docker contexts mean; nothing is sent before the first call. */
export async function connectEngine(choice: EngineChoice): Promise<Engine> {
  const { host, context, env, retry, timeoutMs } = choice;
  const endpoint = await resolveEndpoint({
    ...(host !== undefined && { host }),
    ...(context !== undefined && { context }),
    env,
    homeDir: homedir(),
  });
  const deadlines = timeoutMs === undefined ? undefined : { read: timeoutMs, write: timeoutMs };
  return retryingEngine(await openEngine(endpoint, deadlines), retry);
}
