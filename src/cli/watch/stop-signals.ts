import { setMaxListeners } from 'node:events';
import { ExitCode } from '../../lib/model/errors.js';
import type { Log } from '../../lib/model/log.js';
import { systemClock } from '../../lib/watch/clock.js';
import { Patience } from '../../lib/watch/patience.js';
import { type UnderWay, givenUp } from '../../lib/watch/under-way.js';

export interface StopSignals {
  /** Fires on the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Called for each SIGHUP. */
  onReload: (() => void) | undefined;
}

const everyMs = 250;

/** What is left is found by the next run, as after a SIGKILL; whoever stops the watch has to know of it. */
function giveUp(log: Log, left: readonly UnderWay[]): never {
  const { isFailure, says } = givenUp(left);
  for (const line of says) log[isFailure ? 'error' : 'warn'](line);
  process.exit(isFailure ? ExitCode.failed : ExitCode.asDesired);
}

/**
 * SIGTERM and SIGINT end the watch after what `left` gives, the second one at once; SIGHUP reloads. `left` is what is
 * under way, and what is yet to come before the watch may end.
 */
export function listenForStop(log: Log, left: () => readonly UnderWay[]): StopSignals {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const stop = (name: string, code: ExitCode): void => {
    if (controller.signal.aborted) process.exit(code);
    log.info(`got ${name}`);
    controller.abort();
    const patience = new Patience(systemClock.now());
    const look = (): void => {
      const current = left();
      const isLong = current.some(each => each.isLong);
      if (patience.isOver(systemClock.now(), isLong)) giveUp(log, current);
    };
    setInterval(look, everyMs).unref();
  };
  const signals: StopSignals = { signal: controller.signal, onReload: undefined };
  process.on('SIGTERM', () => stop('SIGTERM', ExitCode.terminated));
  process.on('SIGINT', () => stop('SIGINT', ExitCode.interrupted));
  process.on('SIGHUP', () => signals.onReload?.());
  return signals;
}
