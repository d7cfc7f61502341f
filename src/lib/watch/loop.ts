import type { EngineEvent, EventSource } from '../docker/events/event-source.js';
import { ExitCode } from '../model/errors.js';
import { escapeLine } from '../model/escape.js';
import { Alarm } from './alarm.js';
import type { BreakerState } from './passes/breaker.js';
import { withChildSignal } from './child-signal.js';
import type { FailingObject } from './passes/failing.js';
import { Passes, type PassesOptions } from './passes/passes.js';
import { type StreamEnd, followEngine } from './stream.js';
import { triggerOf } from './triggers.js';

export interface WatchOptions extends PassesOptions {
  readonly events: EventSource;
  /** How often everything is looked at without an event; 0 for never. */
  readonly resyncMs: number;
}

export interface WatchEnd {
  /** `failed` only with `failFast`. */
  readonly why: 'stopped' | 'failed';
  readonly exit: ExitCode;
}

/** `blind`: the engine answers and will not tell of events; what is left are resync and SIGHUP. */
export type EngineLink = 'away' | 'blind' | 'connected';

/** Where the loop stands, all times on its own clock. */
export interface WatchStatus {
  readonly link: EngineLink;
  readonly passes: number;
  readonly passRunning: boolean;
  /** No sign for minutes of the pass that runs. */
  readonly stuck: boolean;
  /** When a pass last ended that had not failed as a whole. */
  readonly lastGoodPassAt: number | undefined;
  readonly failing: readonly FailingObject[];
  readonly breaker: BreakerState;
}

export interface WatchLoop {
  /** Never fails for anything that an engine can do. */
  readonly ended: Promise<WatchEnd>;
  /** A pass over everything, what has been failing too, as soon as the engine is there: after a new config, for one. */
  requestFullPass(cause: string): void;
  status(): WatchStatus;
}

/** The loop turns at least this often. */
const aliveMs = 5000;
const stuckMs = 300_000;
/** Where something is kept in the kernel it is read anew this often: rules that somebody cleared are back by then. */
const kernelMs = 30_000;

class Loop {
  readonly #options: WatchOptions;
  readonly #passes: Passes;
  readonly #alarm: Alarm;
  #link: EngineLink = 'away';
  #wasConnected = false;
  /** The engine itself may have been restarted since it was last there. */
  #mayHaveRestarted = false;
  #resyncAt: number | undefined;
  #kernelReadAt = -Infinity;
  #aliveAt = -Infinity;
  #exit: ExitCode | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock);
    this.#passes = new Passes(options, () => this.#alarm.ring());
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
      // It ends before the turns do only by failing, and that is a fault of ours.
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
        this.#lookAtTimers(now);
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
    const { schedule } = this.#passes;
    if (schedule.wantsEverything) this.#scheduleResync();
    if (schedule.wantsKernel) this.#kernelReadAt = this.#options.clock.now();
    this.#exit = await this.#passes.run(signal);
    this.#alarm.ring();
  }

  #mayStart(now: number): boolean {
    const { schedule, holdUntil } = this.#passes;
    return this.#link !== 'away' && !schedule.running && now >= holdUntil;
  }

  /** What asks for a pass without an event. */
  #lookAtTimers(now: number): void {
    const { schedule, stopping, departures, putOff, failing, retryAt, readAgainAt } = this.#passes;
    if (this.#resyncAt !== undefined && now >= this.#resyncAt) {
      this.#scheduleResync();
      schedule.request({ forget: 'everything', cause: 'resync' });
    }
    if (now >= this.#kernelDueAt) {
      schedule.request({ forget: [], kernelAnew: true, cause: 'a look at the kernel' });
    }
    if (now >= (stopping.expiresAt ?? Infinity)) {
      schedule.request({ forget: stopping.expire(now), cause: 'what was left alone for a while' });
    }
    if (now >= (departures.expiresAt ?? Infinity)) {
      const surviving = departures.expire(now);
      if (surviving.length > 0) schedule.request({ forget: surviving, cause: 'what was to end, and runs' });
    }
    if (now >= (putOff.expiresAt ?? Infinity)) {
      putOff.expire(now);
      schedule.request({ forget: [], cause: 'what was put off' });
    }
    if (!schedule.pending && now >= (readAgainAt ?? Infinity)) {
      schedule.request({ forget: [], cause: 'what could not be read' });
    }
    if (!schedule.pending && now >= (retryAt ?? Infinity)) {
      const [first] = failing.due(now);
      schedule.request({ forget: [], cause: first ? `retry of ${first.subject}` : 'retry' });
    }
  }

  #nextTurnAt(now: number): number {
    const { schedule, stopping, departures, putOff, holdUntil, retryAt = Infinity } = this.#passes;
    const { readAgainAt = Infinity } = this.#passes;
    const alive = now + aliveMs;
    if (this.#link === 'away' || schedule.running) return alive;
    if (now < holdUntil) return Math.min(alive, holdUntil);
    const retry = schedule.pending ? undefined : Math.min(retryAt, readAgainAt);
    const timers = [schedule.dueAt(now), this.#resyncAt, this.#kernelDueAt, retry];
    const expiries = [stopping.expiresAt, departures.expiresAt, putOff.expiresAt];
    return Math.min(alive, ...[...timers, ...expiries].map(at => at ?? Infinity));
  }

  get #kernelDueAt(): number {
    const { keepsKernel, schedule } = this.#passes;
    return keepsKernel && !schedule.wantsKernel ? this.#kernelReadAt + kernelMs : Infinity;
  }

  #scheduleResync(): void {
    const { resyncMs, clock, random } = this.#options;
    if (resyncMs > 0) this.#resyncAt = clock.now() + resyncMs * (0.9 + random() / 5);
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
    this.#passes.departures.forgetAll();
    this.#passes.outdated.noteLostEvents();
    observer({ kind: 'connected', again: this.#wasConnected });
    this.#passes.startAfresh(this.#wasConnected ? 'reconnect' : 'start');
    this.#wasConnected = true;
    this.#alarm.ring();
  }

  #event(event: EngineEvent): void {
    const { stopping, departures, outdated } = this.#passes;
    stopping.note(event, this.#options.clock.now());
    departures.note(event);
    outdated.note(event);
    const trigger = triggerOf(event);
    if (!trigger) return;
    if (event.type === 'daemon') {
      departures.forgetAll();
      outdated.noteLostEvents();
      this.#options.observer({ kind: 'overflow' });
    }
    this.#passes.schedule.request(trigger);
    this.#alarm.ring();
  }

  #lost({ error, got, attempt, retryInMs }: StreamEnd): void {
    const { observer } = this.#options;
    this.#link = got === 'an answer' ? 'blind' : 'away';
    // A proxy that closes an idle stream has ended nothing: then there is nobody to wait for.
    this.#mayHaveRestarted ||= got === 'nothing' || this.#passes.stopping.ids.size > 0;
    if (got === 'events') observer({ kind: 'lost', error, retryInMs });
    else observer({ kind: 'waiting', error, attempt, retryInMs, blind: got === 'an answer' });
    this.#alarm.ring();
  }
}

/**
 * Keeps it so: the pass of `apply`, again and again. A pass over everything when the engine's events are followed, and
 * again whenever they had been lost; one over what an event may have changed; one over everything at times, for what
 * no event tells of (engine fact E6).
 */
export function watchLoop(options: WatchOptions): WatchLoop {
  const loop = new Loop(options);
  return {
    ended: loop.run(),
    requestFullPass: cause => loop.requestFullPass(cause),
    status: () => loop.status(),
  };
}
