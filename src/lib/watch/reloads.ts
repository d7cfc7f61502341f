import type { Clock } from './clock.js';

/** Editors write a file in several steps, and many who change one send SIGHUP as well. */
const settledMs = 200;
/** A file that is written piece by piece, by a script or over a slow line, may be a valid one at every piece. */
const stillMs = 2500;

/** What a reload is asked for by: only the first is somebody's word that the file is as it should be. */
export type ReloadCause = 'SIGHUP' | 'the config has changed';

export interface ReloadRequest {
  readonly causes: readonly ReloadCause[];
  /** Nobody has written to the file since it was read last, and for a while. */
  readonly isStill: boolean;
}

/** `unsure`: what was read is not in force, and is to be read again when the file has been still for a while. */
export type Reload = (request: ReloadRequest) => Promise<'over' | 'unsure'>;

/**
 * Reloads, one after the other: whatever is asked for while things settle is one of them, and what is asked for while
 * one runs is one more, after it.
 */
export class Reloads {
  readonly #clock: Clock;
  readonly #reload: Reload;
  readonly #closed = new AbortController();
  readonly #causes = new Set<ReloadCause>();
  #askedAt = 0;
  #isUnsure = false;
  #running = false;

  constructor(clock: Clock, reload: Reload) {
    this.#clock = clock;
    this.#reload = reload;
  }

  async request(cause: ReloadCause): Promise<void> {
    this.#causes.add(cause);
    this.#askedAt = this.#clock.now();
    this.#isUnsure = false;
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
    const left = this.#askedAt + (this.#isUnsure ? stillMs : settledMs) - this.#clock.now();
    if (left > 0) {
      // No longer at once: what is asked for meanwhile may have to wait for less.
      await this.#clock.sleep(Math.min(left, settledMs), this.#closed.signal);
      return;
    }
    const causes = [...this.#causes];
    const isStill = this.#isUnsure;
    this.#causes.clear();
    this.#isUnsure = false;
    if ((await this.#reload({ causes, isStill })) === 'over') return;
    // Asked for once more since then, it is read again as soon as things settle.
    this.#isUnsure = this.#causes.size === 0;
    if (isStill && this.#isUnsure) this.#askedAt = this.#clock.now();
    for (const cause of causes) this.#causes.add(cause);
  }
}
