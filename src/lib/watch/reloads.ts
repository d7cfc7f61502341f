import type { Clock } from './clock.js';

/** Editors write a file in several steps, and many who change one send SIGHUP as well. */
const settledMs = 200;

/**
 * Reloads, one after the other: whatever is asked for while things settle is one of them, and what is asked for while
 * one runs is one more, after it.
 */
export class Reloads {
  readonly #clock: Clock;
  readonly #reload: (cause: string) => Promise<void>;
  readonly #closed = new AbortController();
  readonly #causes = new Set<string>();
  #askedAt = 0;
  #running = false;

  constructor(clock: Clock, reload: (cause: string) => Promise<void>) {
    this.#clock = clock;
    this.#reload = reload;
  }

  async request(cause: string): Promise<void> {
    this.#causes.add(cause);
    this.#askedAt = this.#clock.now();
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#causes.size > 0 && !this.#closed.signal.aborted) await this.#next();
    } finally {
      this.#running = false;
    }
  }

  /** None begins any more. */
  close(): void {
    this.#closed.abort();
  }

  async #next(): Promise<void> {
    const { signal } = this.#closed;
    const left = this.#askedAt + settledMs - this.#clock.now();
    if (left > 0) {
      await this.#clock.sleep(left, signal);
      return;
    }
    const cause = [...this.#causes].join(', ');
    this.#causes.clear();
    await this.#reload(cause);
  }
}
