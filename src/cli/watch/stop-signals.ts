import { setMaxListeners } from 'node:events';
import { ExitCode } from '../../lib/model/errors.js';
import type { Log } from '../../lib/model/log.js';
import { systemClock } from '../../lib/watch/clock.js';
import { Patience } from '../../lib/watch/patience.js';
import type { UnderWay } from '../../lib/watch/under-way.js';

export interface StopSignals {
  /** Fires on the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Called for each SIGHUP. */
  onReload: (() => void) | undefined;
}

const everyMs = 250;

/** What is left is found by the next run, as after a SIGKILL; whoever stops the watch has to know of it. */
function giveUp(log: Log, underWay: UnderWay | undefined): never {
  if (!underWay) {
    log.warn('ended before the pass under way was over; nothing of it is half done');
    process.exit(ExitCode.asDesired);
  }
  log.error(`ended before this was done: ${underWay.what}`);
  log.error(`what finishes it: ${underWay.finishedBy}`);
  process.exit(ExitCode.failed);
}

/** SIGTERM and SIGINT end the watch after the step under way, the second one at once; SIGHUP reloads. */
export function listenForStop(log: Log, underWay: () => UnderWay | undefined): StopSignals {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const stop = (name: string, code: ExitCode): void => {
    if (controller.signal.aborted) process.exit(code);
    log.info(`got ${name}`);
    controller.abort();
    const patience = new Patience(systemClock.now());
    const look = (): void => {
      const current = underWay();
      if (patience.isOver(systemClock.now(), current?.isLong ?? false)) giveUp(log, current);
    };
    setInterval(look, everyMs).unref();
  };
  const signals: StopSignals = { signal: controller.signal, onReload: undefined };
  process.on('SIGTERM', () => stop('SIGTERM', ExitCode.terminated));
  process.on('SIGINT', () => stop('SIGINT', ExitCode.interrupted));
  process.on('SIGHUP', () => signals.onReload?.());
  return signals;
}
