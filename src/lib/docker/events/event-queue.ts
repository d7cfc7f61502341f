import type { EngineError } from '../failures/engine-error.js';
import { type EngineEvent, overflow } from './event-source.js';

/**
 * Between a socket, which must not wait (the engine drops the events of a reader that takes more than 100 ms, engine
 * fact E19), and whoever acts on the events, which may take minutes. Once full it forgets all it holds and says so
 * with one `overflow`.
 */
export class EventQueue {
  readonly #limit: number;
  #events: EngineEvent[] = [];
  #end: { readonly reason?: EngineError } | undefined;
  #wake: () => void = () => undefined;

  constructor(limit = 4096) {
    this.#limit = limit;
  }

  push(event: EngineEvent): void {
    if (this.#end) return;
    if (this.#events.length < this.#limit) this.#events.push(event);
    else this.#events = [{ ...overflow, timeNano: event.timeNano }];
    this.#wake();
  }

  /** With a reason, what is queued is still handed out before the first reason is thrown; without one, nothing is. */
  end(reason?: EngineError): void {
    if (reason === undefined) {
      this.#events = [];
      this.#end = {};
    } else {
      this.#end ??= { reason };
    }
    this.#wake();
  }

  /** The next event; `undefined` at an end without a reason. */
  async next(): Promise<EngineEvent | undefined> {
    for (;;) {
      const event = this.#events.shift();
      if (event) return event;
      if (this.#end?.reason) throw this.#end.reason;
      if (this.#end) return undefined;
      await new Promise<void>(resolve => (this.#wake = resolve));
    }
  }
}
