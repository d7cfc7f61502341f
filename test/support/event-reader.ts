import type { EngineEvent, EventSource } from '../../src/lib/docker/events/event-source.js';
import { waitUntil } from '../engine/wait-until.js';

/** Reads a source's events as they come. */
export class EventReader {
  readonly seen: EngineEvent[] = [];
  /** What it ended with; `returned` where it just ended. */
  readonly ended: Promise<unknown>;
  /** Fulfils once the engine listens. */
  readonly subscribed: Promise<void>;
  readonly #abort = new AbortController();

  constructor(source: EventSource, since: string) {
    let tell = (): void => undefined;
    this.subscribed = new Promise(resolve => (tell = resolve));
    this.ended = this.#read(source.events(since, this.#abort.signal, () => tell()));
  }

  /** `container start web`, each. */
  get told(): string[] {
    return this.seen.map(
      ({ type, action, name }) => `${type} ${action}${name === undefined ? '' : ` ${name}`}`,
    );
  }

  until(what: string): Promise<void> {
    return waitUntil(`${what} is among ${JSON.stringify(this.told.slice(-20))}`, () =>
      this.told.includes(what),
    );
  }

  /** Ends it by its signal. */
  stop(): Promise<unknown> {
    this.#abort.abort();
    return this.ended;
  }

  async #read(events: AsyncIterable<EngineEvent>): Promise<unknown> {
    try {
      for await (const event of events) this.seen.push(event);
      return 'returned';
    } catch (error) {
      return error;
    }
  }
}

/** A reader that is subscribed already. */
export async function readEvents(source: EventSource, since = '0'): Promise<EventReader> {
  const reader = new EventReader(source, since);
  await Promise.race([reader.subscribed, reader.ended]);
  return reader;
}
