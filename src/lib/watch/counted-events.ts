import type { EngineEvent, EventSource } from '../docker/events/event-source.js';

/** The same events, each told to `count` as well. */
export function countedEvents(source: EventSource, count: (event: EngineEvent) => void): EventSource {
  return {
    now: signal => source.now(signal),
    ping: signal => source.ping(signal),
    async *events(since, signal, subscribed) {
      for await (const event of source.events(since, signal, subscribed)) {
        count(event);
        yield event;
      }
    },
  };
}
