/** Something happened in the engine: a reason to look again, and at what. Never taken for the state itself. */
export interface EngineEvent {
  /** `container` or `network`; `daemon` for what the source itself has to say. */
  readonly type: string;
  /** The engine's word, without what follows it: `health_status: healthy` is `health_status`. */
  readonly action: string;
  /** Full ID of the container or network; empty where the engine names none. */
  readonly id: string;
  /** As the engine wrote it, not escaped. */
  readonly name?: string;
  /** Of a network's connect and disconnect: the ID of the container. */
  readonly container?: string;
  /** Of a container's kill: the number of the signal, where the engine says it. */
  readonly signal?: string;
  /** Decimal text, for a number of this size is not exact: 2^53 ns were over in April 1970. */
  readonly timeNano: string;
}

/** What the source says where events were lost on their way here: whatever was known may have changed. */
export const overflow = { type: 'daemon', action: 'overflow', id: '' } as const;

/**
 * The engine's events. They come in no order to rely on, some twice, and some never: the engine keeps the last 256,
 * drops what a reader does not take in time, and has none for a connect of a stopped container (engine facts E5,
 * E6, E19).
 */
export interface EventSource {
  /**
   * The engine's clock as a `since`: its current second, or `0` (all the engine remembers) where something between
   * it and here keeps its time back.
   */
  now(signal?: AbortSignal): Promise<string>;
  /**
   * Events from `since` on, the one of that very time included. Throws an EngineError however the stream ends, after
   * the last event that came; returns when the signal fires. `subscribed` is called once the engine has agreed; what
   * is looked at after that, and after `since`, has no gap before the events.
   */
  events(since: string, signal: AbortSignal, subscribed?: () => void): AsyncIterable<EngineEvent>;
  /** Fails with an EngineError unless the engine answers. */
  ping(signal?: AbortSignal): Promise<void>;
}

/** An event source whose code is loaded at the first call: only `watch` makes one. */
export function lateEventSource(open: () => Promise<EventSource>): EventSource {
  let opened: Promise<EventSource> | undefined;
  const source = (): Promise<EventSource> => (opened ??= open());
  return {
    now: async signal => (await source()).now(signal),
    async *events(since, signal, subscribed) {
      yield* (await source()).events(since, signal, subscribed);
    },
    ping: async signal => (await source()).ping(signal),
  };
}
