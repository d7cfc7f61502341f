import { setMaxListeners } from 'node:events';
import { ExitCode } from '../lib/model/errors.js';

/** What a shell calls a process that ended by SIGINT or SIGTERM. */
export type InterruptedExit = typeof ExitCode.interrupted | typeof ExitCode.terminated;

export interface Interruption {
  /** Fires on the first SIGINT or SIGTERM: the step under way ends, the rest is not begun. */
  readonly signal: AbortSignal;
  /** Set once it has fired. */
  readonly exit: InterruptedExit | undefined;
}

/** Listens for SIGINT and SIGTERM from now on. The second one ends the process at once. */
export function onInterrupt(announce: () => void): Interruption {
  const controller = new AbortController();
  // Every call that is under way listens: as many as there are containers to look at.
  setMaxListeners(0, controller.signal);
  let exit: InterruptedExit | undefined;
  const interrupt = (code: InterruptedExit): void => {
    if (exit !== undefined) process.exit(code);
    exit = code;
    controller.abort();
    announce();
  };
  process.on('SIGINT', () => interrupt(ExitCode.interrupted));
  process.on('SIGTERM', () => interrupt(ExitCode.terminated));
  // A terminal that goes away is no reason to leave something half done.
  process.on('SIGHUP', () => interrupt(ExitCode.terminated));
  return {
    signal: controller.signal,
    get exit() {
      return exit;
    },
  };
}
