import { homedir } from 'node:os';
import { openEngine } from './dockerode-engine.js';
import { type Endpoint, type EndpointRequest, resolveEndpoint } from './endpoint/endpoint.js';
import type { Engine } from './engine.js';
import { type EventSource, lateEventSource } from './events/event-source.js';
import { type Log, silentLog } from '../model/log.js';
import { loggingEngine } from './logging-engine.js';
import { type RetryPolicy, retryingEngine } from './retrying-engine.js';

export interface EngineChoice {
  readonly host?: string;
  readonly context?: string;
  readonly configured?: NonNullable<EndpointRequest['configured']>;
  readonly env: NodeJS.ProcessEnv;
  readonly retry?: RetryPolicy;
  /** API version to speak, such as `1.48`; the engine's newest where it is left out. */
  readonly apiVersion?: string;
  readonly log?: Log;
  /** How long to wait for each answer; a default for reading and a longer one for changes where it is left out. */
  readonly timeoutMs?: number;
}

/** An engine and where it is. */
export interface ConnectedEngine {
  readonly engine: Engine;
  readonly events: EventSource;
  readonly endpoint: Endpoint;
}

/** The engine that is meant; nothing is sent before the first call. */
export async function connectEngine(choice: EngineChoice): Promise<ConnectedEngine> {
  const { host, context, configured, env, retry, apiVersion, timeoutMs, log = silentLog } = choice;
  const endpoint = await resolveEndpoint({
    ...(host !== undefined && { host }),
    ...(context !== undefined && { context }),
    ...(configured && { configured }),
    env,
    homeDir: homedir(),
  });
  const engine = await openEngine(endpoint, {
    ...(timeoutMs !== undefined && { deadlines: { read: timeoutMs, write: timeoutMs } }),
    ...(apiVersion !== undefined && { apiVersion }),
  });
  const told = loggingEngine(engine, log, () => performance.now());
  const events = lateEventSource(async () => {
    const { openEventSource } = await import('./events/open-event-source.js');
    return openEventSource(endpoint, {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(apiVersion !== undefined && { apiVersion }),
    });
  });
  return { engine: retryingEngine(told, log, retry), events, endpoint };
}
