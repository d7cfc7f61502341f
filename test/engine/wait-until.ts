import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when a condition holds; `what` names it for the error of the other case. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${String(timeoutMs)} ms: ${what}`);
    await delay(20);
  }
}
