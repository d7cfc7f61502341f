/** Time as the loop sees it: milliseconds that only ever grow, on a scale of their own. */
export interface Clock {
  now(): number;
  /** Ends after that time, or as soon as the signal fires; it never fails. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Not the time of day: that jumps. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise(resolve => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
    }),
};
