import type { EngineEvent, EventSource } from '../docker/events/event-source.js';
import { ExitCode } from '../model/errors.js';
import { escapeLine } from '../model/escape.js';
import { Alarm } from './alarm.js';
import { withChildSignal } from './child-signal.js';
import { Passes } from './passes/passes.js';
import type { PassesOptions } from './passes/passes-options.js';
import { type StreamEnd, followEngine } from './stream.js';
import { Timers, type TimersOptions } from './timers.js';
import { triggerOf } from './triggers.js';
import type { EngineLink, WatchEnd, WatchLoop, WatchStatus } from './watch-status.js';

export interface WatchOptions extends PassesOptions, TimersOptions {
  readonly events: EventSource;
}

/** The loop turns at least this often. */
const aliveMs = 5000;
const stuckMs = 300_000;

class Loop {
  readonly #options: WatchOptions;
  readonly #passes: Passes;
  readonly #timers: Timers;
  readonly #alarm: Alarm;
  #link: EngineLink = 'away';
  #wasConnected = false;
  /** The engine itself may have been restarted since it was last there. */
  #mayHaveRestarted = false;
  #aliveAt = -Infinity;
  #exit: ExitCode | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
    this.#passes = new Passes(options, () => this.#alarm.ring());
    this.#timers = new Timers(this.#passes, options);
    this.#passes.schedule.request({ forget: 'everything', cause: 'start' });
  }

  run(): Promise<WatchEnd> {
    const handlers = {
      connected: () => this.#connected(),
      event: (event: EngineEvent) => this.#event(event),
      ended: (end: StreamEnd) => this.#lost(end),
    };
    return withChildSignal(this.#options.signal, async signal => {
      const turns = this.#turns(signal);
      const stream = followEngine(this.#options, handlers, signal);
      // The stream ends before the turns only where it fails, and that is a fault of ours.
      return Promise.race([turns, stream.then(() => turns)]);
    });
  }

  requestFullPass(cause: string): void {
    this.#passes.startAfresh(escapeLine(cause));
    this.#alarm.ring();
  }

  status(): WatchStatus {
    const { schedule, failing, breaker, count, lastGoodAt } = this.#passes;
    return {
      link: this.#link,
      passes: count,
      passRunning: schedule.running,
      stuck: this.#isStuck(this.#options.clock.now()),
      lastGoodPassAt: lastGoodAt,
      failing: failing.objects,
      breaker: breaker.state,
    };
  }

  async #turns(signal: AbortSignal): Promise<WatchEnd> {
    const { clock, observer } = this.#options;
    let running: Promise<void> = Promise.resolve();
    while (!signal.aborted && this.#exit === undefined) {
      const now = clock.now();
      if (this.#mayStart(now)) {
        this.#timers.ring(now);
        if ((this.#passes.schedule.dueAt(now) ?? Infinity) <= now) running = this.#pass(signal);
      }
      this.#tellAlive(now);
      await this.#alarm.wait(Math.max(0, this.#nextTurnAt(now) - now), signal);
    }
    if (this.#exit !== undefined) return { why: 'failed', exit: this.#exit };
    observer({ kind: 'stopping' });
    await running;
    return { why: 'stopped', exit: ExitCode.asDesired };
  }

  async #pass(signal: AbortSignal): Promise<void> {
    this.#timers.passBegins(this.#options.clock.now());
    this.#exit = await this.#passes.run(signal);
    this.#alarm.ring();
  }

  #mayStart(now: number): boolean {
    const { schedule, retries } = this.#passes;
    return this.#link !== 'away' && !schedule.running && now >= retries.holdUntil;
  }

  #nextTurnAt(now: number): number {
    const { schedule, retries } = this.#passes;
    const alive = now + aliveMs;
    if (this.#link === 'away' || schedule.running) return alive;
    if (now < retries.holdUntil) return Math.min(alive, retries.holdUntil);
    return Math.min(alive, schedule.dueAt(now) ?? Infinity, this.#timers.dueAt);
  }

  #isStuck(now: number): boolean {
    return this.#passes.schedule.running && now - this.#passes.progressAt > stuckMs;
  }

  #tellAlive(now: number): void {
    if (now - this.#aliveAt < aliveMs || this.#isStuck(now)) return;
    this.#aliveAt = now;
    this.#options.observer({ kind: 'alive' });
  }

  #connected(): void {
    const { clock, observer } = this.#options;
    if (this.#mayHaveRestarted) this.#passes.stopping.engineBack(clock.now());
    this.#mayHaveRestarted = false;
    this.#link = 'connected';
    this.#passes.eventsLost();
    observer({ kind: 'connected', again: this.#wasConnected });
    this.#passes.startAfresh(this.#wasConnected ? 'reconnect' : 'start');
    this.#wasConnected = true;
    this.#alarm.ring();
  }

  #event(event: EngineEvent): void {
    this.#passes.note(event);
    const trigger = triggerOf(event);
    if (!trigger) return;
    if (event.type === 'daemon') {
      this.#passes.eventsLost();
      this.#options.observer({ kind: 'overflow' });
    }
    this.#passes.schedule.request(trigger);
    this.#alarm.ring();
  }

  #lost({ error, got, attempt, retryInMs }: StreamEnd): void {
    const { observer } = this.#options;
    this.#link = got === 'an answer' ? 'blind' : 'away';
    // A socket proxy that closes an idle stream has stopped no container: then there is nothing to wait for.
    this.#mayHaveRestarted ||= got === 'nothing' || this.#passes.stopping.ids.size > 0;
    if (got === 'events') observer({ kind: 'lost', error, retryInMs });
    else observer({ kind: 'waiting', error, attempt, retryInMs, blind: got === 'an answer' });
    this.#alarm.ring();
  }
}

/**
 * Keeps everything as declared by passes like that of `apply`: a full one when the engine's events are followed, and
 * whenever they had been lost; one over what an event may have changed; and a full one at times, for what no event tells
 * of (engine fact E6).
 */
export function watchLoop(options: WatchOptions): WatchLoop {
  const loop = new Loop(options);
  return {
    ended: loop.run(),
    requestFullPass: cause => loop.requestFullPass(cause),
    status: () => loop.status(),
  };
}
