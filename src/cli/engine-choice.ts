import type { LoadedConfig } from '../lib/config/load.js';
import { durationMs } from '../lib/config/duration.js';
import type { EngineChoice } from '../lib/docker/connect-engine.js';
import type { GlobalFlags } from './flags/global-flags.js';

type Chosen = Pick<EngineChoice, 'host' | 'context' | 'configured'>;

/** Which engine is meant: flags, FAIRLEAD_…, docker's own variables, the config file, docker's own choice. */
function chosen(flags: GlobalFlags, { config, origins, file }: LoadedConfig): Chosen {
  if (flags.host !== undefined || flags.context !== undefined) {
    return {
      ...(flags.host !== undefined && { host: flags.host }),
      ...(flags.context !== undefined && { context: flags.context }),
    };
  }
  const { host, context, tls } = config.docker;
  const hostOrigin = origins.originOf(['docker', 'host']);
  const contextOrigin = origins.originOf(['docker', 'context']);
  if (host !== undefined && hostOrigin.from === 'environment' && hostOrigin.name === 'FAIRLEAD_HOST') {
    return { host };
  }
  if (
    context !== undefined &&
    contextOrigin.from === 'environment' &&
    contextOrigin.name === 'FAIRLEAD_CONTEXT'
  ) {
    return { context };
  }
  // DOCKER_HOST and DOCKER_CONTEXT are the adapter's to read, with all that docker makes of them.
  if (hostOrigin.from === 'environment' || contextOrigin.from === 'environment') return {};
  if (host !== undefined) return { configured: { host, ...(tls && { tls }), file: file ?? 'the config' } };
  return context === undefined ? {} : { context };
}

/** How to reach the engine, from everything that has a say in it. */
export function engineChoice(flags: GlobalFlags, loaded: LoadedConfig, env: NodeJS.ProcessEnv): EngineChoice {
  const { docker, retry } = loaded.config;
  return {
    ...chosen(flags, loaded),
    env,
    retry: {
      attempts: retry.attempts + 1,
      initialDelayMs: durationMs(retry.delay),
      maxDelayMs: durationMs(retry.max_delay),
    },
    ...(docker.api_version !== 'auto' && { apiVersion: docker.api_version }),
    ...(docker.timeout !== undefined && { timeoutMs: durationMs(docker.timeout) }),
  };
}
