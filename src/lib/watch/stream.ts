import { EngineError } from '../docker/failures/engine-error.js';
import type { EngineEvent, EventSource } from '../docker/events/event-source.js';
import { type BackOff, fullJitterMs } from './passes/back-off.js';
import { withChildSignal } from './child-signal.js';
import type { Clock } from './clock.js';

export interface StreamOptions {
  readonly events: EventSource;
  readonly clock: Clock;
  readonly random: () => number;
}

/** How a connection, or the attempt at one, ended. */
export interface StreamEnd {
  readonly error: unknown;
  /** How far it got: `an answer` where the engine answered, but its events could not be followed. */
  readonly got: 'nothing' | 'an answer' | 'events';
  /** Attempts since the events were last followed for a while. */
  readonly attempt: number;
  readonly retryInMs: number;
}

/** These functions must return at once: no other event is read until they have. */
export interface StreamHandlers {
  /** The engine tells of every event from now on. What happened before takes a full pass to be seen. */
  readonly connected: () => void;
  readonly event: (event: EngineEvent) => void;
  readonly ended: (end: StreamEnd) => void;
}

/** Never long: an engine that comes back starts containers at once, and until a pass they are routed nowhere. */
const betweenAttempts: BackOff = { initialMs: 250, maxMs: 2000 };
/** A connection that lasted this long worked: the waits between attempts begin again with the shortest. */
const steadyMs = 30_000;
/** Without an event for this long, the engine is asked whether it is still there. */
const stallMs = 60_000;
const answerMs = 30_000;
/** Events of this long before are asked for as well, in case the engine's clock was read late. It keeps its last 256. */
const overlapNs = 2_000_000_000n;

function timeout(attempted: string): EngineError {
  return new EngineError(`Could not ${attempted}: no answer within ${String(answerMs / 1000)} s.`, {
    failure: 'timeout',
    hints: ['The engine, or a proxy before it, may hang.'],
  });
}

function earlier(now: string): string {
  const time = BigInt(now) - overlapNs;
  return String(time > 0n ? time : 0n);
}

/** One connection to the engine's events, from the question for its clock to whatever ends it. */
class Connection {
  got: StreamEnd['got'] = 'nothing';
  connectedAt: number | undefined;
  #heardAt = 0;
  readonly #options: StreamOptions;
  readonly #handlers: StreamHandlers;

  constructor(options: StreamOptions, handlers: StreamHandlers) {
    this.#options = options;
    this.#handlers = handlers;
  }

  /** Throws whatever ends the connection, a regular end of the stream too. Returns only when the signal fires. */
  async follow(signal: AbortSignal): Promise<void> {
    const { events } = this.#options;
    const now = await this.#answered('ask the engine for its time', signal, child => events.now(child));
    this.got = 'an answer';
    this.#heardAt = this.#options.clock.now();
    await withChildSignal(signal, child =>
      Promise.race([this.#read(earlier(now), child), this.#watchOver(child)]),
    );
  }

  async #read(since: string, signal: AbortSignal): Promise<void> {
    const connected = (): void => {
      if (signal.aborted || this.connectedAt !== undefined) return;
      this.connectedAt = this.#options.clock.now();
      this.got = 'events';
      this.#handlers.connected();
    };
    for await (const event of this.#options.events.events(since, signal, connected)) {
      if (signal.aborted) return;
      connected();
      this.#heardAt = this.#options.clock.now();
      this.#handlers.event(event);
    }
    if (!signal.aborted) {
      throw new EngineError("Lost the engine's events: they ended.", { failure: 'stream-ended' });
    }
  }

  /** An idle host has no events for hours, and a dead connection neither. */
  async #watchOver(signal: AbortSignal): Promise<void> {
    const { clock, events } = this.#options;
    while (!signal.aborted) {
      const left = this.#heardAt + stallMs - clock.now();
      if (left > 0) {
        await clock.sleep(left, signal);
      } else if (this.connectedAt === undefined) {
        throw timeout("follow the engine's events");
      } else {
        await this.#answered('ask whether the engine answers', signal, child => events.ping(child));
        this.#heardAt = clock.now();
      }
    }
  }

  #answered<T>(attempted: string, signal: AbortSignal, ask: (child: AbortSignal) => Promise<T>): Promise<T> {
    return withChildSignal(signal, async child => {
      const late = this.#options.clock.sleep(answerMs, child).then(() => {
        throw timeout(attempted);
      });
      return Promise.race([ask(child), late]);
    });
  }
}

/**
 * Follows the engine's events until the signal fires: whatever ends them, they are followed again, after a wait that
 * grows from one attempt to the next.
 */
export async function followEngine(
  options: StreamOptions,
  handlers: StreamHandlers,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random } = options;
  let attempt = 0;
  while (!signal.aborted) {
    const connection = new Connection(options, handlers);
    let error: unknown;
    try {
      await connection.follow(signal);
    } catch (thrown) {
      error = thrown;
    }
    if (isOver(signal)) return;
    const { got, connectedAt } = connection;
    if (connectedAt !== undefined && clock.now() - connectedAt >= steadyMs) attempt = 0;
    attempt += 1;
    const retryInMs = fullJitterMs(betweenAttempts, attempt, random);
    handlers.ended({ error, got, attempt, retryInMs });
    await clock.sleep(retryInMs, signal);
  }
}

/** A function, so that TypeScript does not take the value from before an `await` for the present one. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
