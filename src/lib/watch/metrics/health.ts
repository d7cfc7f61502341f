import type { LoopState } from '../loop-state.js';

/** The answer to a health check. */
export interface Health {
  readonly healthy: boolean;
  /** One line, escaped. */
  readonly line: string;
}

/** The loop gives a sign every few seconds, unless it or a pass is stuck. */
const longestSilenceMs = 60_000;
/** An engine that restarts is away for some seconds; whoever asks need not hear of that. */
const graceMs = 60_000;

function seconds(ms: number): string {
  return `${String(Math.round(ms / 1000))} s`;
}

/**
 * Healthy while the loop makes progress and what it does works, or did a moment ago. An object that fails makes
 * nobody else unhealthy: a restart would not mend it.
 */
export function healthOf(state: LoopState, now: number): Health {
  const unhealthy = (line: string): Health => ({ healthy: false, line });
  if (state.stopping) return unhealthy('stopping');
  const silentMs = now - state.heardAt;
  if (silentMs > longestSilenceMs) return unhealthy(`no progress for ${seconds(silentMs)}`);
  const { trouble, lastGoodPassAt, failing } = state;
  if (lastGoodPassAt === undefined) return unhealthy(trouble ?? 'the first pass is not over yet');
  const sinceMs = now - lastGoodPassAt;
  if (trouble !== undefined && sinceMs > graceMs) {
    return unhealthy(`nothing worked for ${seconds(sinceMs)}: ${trouble}`);
  }
  return { healthy: true, line: failing === 0 ? 'ok' : `ok, ${String(failing)} failing` };
}
