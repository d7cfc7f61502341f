import type { Clock } from './clock.js';
import { withChildSignal } from './child-signal.js';

/** A wait that can be cut short: by `ring`, also one from before the wait. */
export class Alarm {
  readonly #clock: Clock;
  #rung = false;
  #wake: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung) {
      const rung = new Promise<void>(resolve => (this.#wake = resolve));
      await withChildSignal(signal, async child => {
        await Promise.race([rung, this.#clock.sleep(ms, child)]);
      });
    }
    this.#rung = false;
  }
}
