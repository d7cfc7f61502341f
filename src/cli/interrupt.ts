/** What a shell calls a process that ended by SIGINT. */
export const interruptedExit = 130;

/**
 * A signal that fires on the first SIGINT or SIGTERM: the step under way ends, the rest is not begun. The second
 * one ends the process at once.
 */
export function onInterrupt(announce: () => void): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(interruptedExit);
    controller.abort();
    announce();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
