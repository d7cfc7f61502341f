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
}

/** The engine that flags, environment and docker contexts mean; nothing is sent before the first call. */
export async function connectEngine(choice: EngineChoice): Promise<Engine> {
  const { host, context, env, retry } = choice;
  const endpoint = await resolveEndpoint({
    ...(host !== undefined && { host }),
    ...(context !== undefined && { context }),
    env,
    homeDir: homedir(),
  });
  return retryingEngine(await openEngine(endpoint), retry);
}
