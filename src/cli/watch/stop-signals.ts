import { setMaxListeners } from 'node:events';
import { ExitCode } from '../../lib/model/errors.js';

export interface StopSignals {
  /** Fires on the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Called for each SIGHUP. */
  onReload: (() => void) | undefined;
}

/** How long the step under way may take; a service manager waits longer before it kills. */
const patienceMs = 9000;

/** SIGTERM and SIGINT end the watch after the step under way, the second one at once; SIGHUP reloads. */
export function listenForStop(announce: (signal: string) => void): StopSignals {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const stop = (name: string, code: ExitCode): void => {
    if (controller.signal.aborted) process.exit(code);
    announce(name);
    controller.abort();
    // What does not end by itself is left: the next run goes on from there, as after a SIGKILL.
    setTimeout(() => process.exit(ExitCode.asDesired), patienceMs).unref();
  };
  const signals: StopSignals = { signal: controller.signal, onReload: undefined };
  process.on('SIGTERM', () => stop('SIGTERM', ExitCode.terminated));
  process.on('SIGINT', () => stop('SIGINT', ExitCode.interrupted));
  process.on('SIGHUP', () => signals.onReload?.());
  return signals;
}
