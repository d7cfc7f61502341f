import { EngineError } from '../../src/lib/docker/failures/engine-error.js';
import type { EngineEvent, EventSource } from '../../src/lib/docker/events/event-source.js';

interface Stream {
  readonly queue: EngineEvent[];
  end?: Error;
  wake: () => void;
}

export function unreachable(): EngineError {
  return new EngineError('Cannot reach the engine.', { failure: 'unreachable' });
}

/** An engine that tells of what it is made to tell of, and can be away, deaf or mute. */
export class FakeEventSource implements EventSource {
  /** Whether it answers at all. */
  up = true;
  /** Whether it lets its events be followed. */
  tells = true;
  /** Whether its answers to a ping come. */
  hangs = false;
  readonly since: string[] = [];
  pings = 0;
  #stream: Stream | undefined;

  get followed(): boolean {
    return this.#stream !== undefined;
  }

  now(): Promise<string> {
    return this.up ? Promise.resolve('1790000000000000000') : Promise.reject(unreachable());
  }

  ping(): Promise<void> {
    this.pings += 1;
    if (this.hangs) return new Promise(() => undefined);
    return this.up ? Promise.resolve() : Promise.reject(unreachable());
  }

  async *events(since: string, signal: AbortSignal, subscribed?: () => void): AsyncGenerator<EngineEvent> {
    this.since.push(since);
    await Promise.resolve();
    if (!this.up) throw unreachable();
    if (!this.tells) throw new EngineError('The socket proxy denies this.', { failure: 'denied' });
    const stream: Stream = { queue: [], wake: () => undefined };
    this.#stream = stream;
    const stop = (): void => stream.wake();
    signal.addEventListener('abort', stop, { once: true });
    try {
      subscribed?.();
      while (!signal.aborted) {
        const event = stream.queue.shift();
        if (event) yield event;
        else if (stream.end) throw stream.end;
        else await new Promise<void>(resolve => (stream.wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', stop);
      if (this.#stream === stream) this.#stream = undefined;
    }
  }

  /** Tells of something, to whoever follows; else it is lost. */
  emit(...events: readonly EngineEvent[]): void {
    this.#stream?.queue.push(...events);
    this.#stream?.wake();
  }

  /** The connection breaks; what was told before is still heard. */
  break(): void {
    if (this.#stream) {
      this.#stream.end = new EngineError('Lost the events.', { failure: 'stream-ended' });
      this.#stream.wake();
    }
  }
}
