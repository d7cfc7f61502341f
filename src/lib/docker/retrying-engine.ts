import { isEngineFailure } from './failures/engine-error.js';
import { type Log, silentLog } from '../model/log.js';
import type { Engine } from './engine.js';

export interface RetryPolicy {
  /** Tries in all, the first included; at least 1. */
  readonly attempts: number;
  /** Before the second try; later ones wait longer, with jitter. */
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

const defaultRetry: RetryPolicy = { attempts: 3, initialDelayMs: 200, maxDelayMs: 5000 };

const isTransient = (error: Error): boolean => isEngineFailure(error, 'transient');

/**
 * An engine whose calls are tried again where the failure is one that passes. What the engine refuses, and an
 * engine that is not there, is reported at once. Every call may be repeated: a connect that went through before
 * its answer was lost answers «already connected» the second time.
 */
export function retryingEngine(
  engine: Engine,
  log: Log = silentLog,
  policy: RetryPolicy = defaultRetry,
): Engine {
  async function attempt<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    let failed: Error | undefined;
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Error) || !isTransient(error) || policy.attempts <= 1) throw error;
      failed = error;
      log.debug('trying again', { after: error.message, attempts: policy.attempts });
    }
    // Loaded on the first failure only: start-up is paid on every run.
    // Its default export is the whole of it, as a module and in the bundle alike.
    const { default: cockatiel } = await import('cockatiel');
    const { ExponentialBackoff, handleWhen, retry } = cockatiel;
    const again = retry(handleWhen(isTransient), {
      maxAttempts: policy.attempts - 1,
      backoff: new ExponentialBackoff({
        initialDelay: policy.initialDelayMs,
        maxDelay: policy.maxDelayMs,
      }),
    });
    return again.execute(() => {
      if (!failed) return call();
      const first = failed;
      failed = undefined;
      throw first;
    }, signal);
  }

  return {
    info: signal => attempt(() => engine.info(signal), signal),
    id: signal => attempt(() => engine.id(signal), signal),
    listNetworks: signal => attempt(() => engine.listNetworks(signal), signal),
    listContainers: signal => attempt(() => engine.listContainers(signal), signal),
    inspectContainer: (container, signal) =>
      attempt(() => engine.inspectContainer(container, signal), signal),
    listGhosts: (network, signal) => attempt(() => engine.listGhosts(network, signal), signal),
    createNetwork: (spec, signal) => attempt(() => engine.createNetwork(spec, signal), signal),
    removeNetwork: (network, signal) => attempt(() => engine.removeNetwork(network, signal), signal),
    connect: (network, container, endpoint, signal) =>
      attempt(() => engine.connect(network, container, endpoint, signal), signal),
    disconnect: (network, container, signal) =>
      attempt(() => engine.disconnect(network, container, signal), signal),
    removeGhost: (network, name, signal) => attempt(() => engine.removeGhost(network, name, signal), signal),
  };
}
