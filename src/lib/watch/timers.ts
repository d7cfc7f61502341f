import type { Passes } from './passes/passes.js';

export interface TimersOptions {
  /** How often everything is looked at without an event; 0 for never. */
  readonly resyncMs: number;
  readonly random: () => number;
}

/** Something that asks for a pass without an event. */
export interface Timer {
  /** When it rings; Infinity for not now. It depends on what has been asked for by then. */
  dueAt(): number;
  ring(now: number): void;
}

/** Where something is kept in the kernel it is read again this often: rules that somebody cleared are back by then. */
const kernelMs = 30_000;

/** A full pass at times, for what no event tells of (engine fact E6). */
class ResyncTimer implements Timer {
  readonly #passes: Passes;
  readonly #options: TimersOptions;
  #dueAt = Infinity;

  constructor(passes: Passes, options: TimersOptions) {
    this.#passes = passes;
    this.#options = options;
  }

  /** A full pass begins. */
  restart(now: number): void {
    const { resyncMs, random } = this.#options;
    if (resyncMs > 0) this.#dueAt = now + resyncMs * (0.9 + random() / 5);
  }

  dueAt(): number {
    return this.#dueAt;
  }

  ring(now: number): void {
    this.restart(now);
    this.#passes.schedule.request({ forget: 'everything', cause: 'resync' });
  }
}

/** A look at what is kept in the kernel: no event tells of firewall rules that somebody cleared. */
class KernelTimer implements Timer {
  readonly #passes: Passes;
  #readAt = -Infinity;

  constructor(passes: Passes) {
    this.#passes = passes;
  }

  /** A pass begins that reads all of it. */
  restart(now: number): void {
    this.#readAt = now;
  }

  dueAt(): number {
    const { keepsKernel, schedule } = this.#passes;
    return keepsKernel && !schedule.wantsKernel ? this.#readAt + kernelMs : Infinity;
  }

  ring(): void {
    this.#passes.schedule.request({ forget: [], kernelAnew: true, cause: 'periodic kernel check' });
  }
}

function stopGrace({ schedule, stopping }: Passes): Timer {
  return {
    dueAt: () => stopping.expiresAt ?? Infinity,
    ring: now => schedule.request({ forget: stopping.expire(now), cause: 'stop grace period over' }),
  };
}

function survivors({ schedule, departures }: Passes): Timer {
  return {
    dueAt: () => departures.expiresAt ?? Infinity,
    ring: now => {
      const forget = departures.expire(now);
      if (forget.length > 0)
        schedule.request({ forget, cause: 'container still running after a stop signal' });
    },
  };
}

function putOffLeaves({ schedule, putOff }: Passes): Timer {
  return {
    dueAt: () => putOff.expiresAt ?? Infinity,
    ring: now => {
      putOff.expire(now);
      schedule.request({ forget: [], cause: 'a leave was put off until now' });
    },
  };
}

/** Of no use where a pass is asked for already: that one reads and attempts the same. */
function unread({ schedule, retries }: Passes): Timer {
  return {
    dueAt: () => (schedule.pending ? Infinity : (retries.readAgainAt ?? Infinity)),
    ring: () => schedule.request({ forget: [], cause: 'retry of what could not be read' }),
  };
}

function unanswered({ schedule, retries }: Passes): Timer {
  return {
    dueAt: () => retries.askAgainAt ?? Infinity,
    ring: () => {
      retries.noteUnanswered(undefined);
      schedule.request({ forget: [], cause: 'retry of a container that the engine did not answer for' });
    },
  };
}

function failures(passes: Passes): Timer {
  const { schedule, failing } = passes;
  return {
    dueAt: () => (schedule.pending ? Infinity : (passes.retryAt ?? Infinity)),
    ring: now => {
      const [first] = failing.due(now);
      schedule.request({ forget: [], cause: first ? `retry of ${first.subject}` : 'retry' });
    },
  };
}

/** All that asks for a pass without an event. */
export class Timers {
  readonly #passes: Passes;
  readonly #resync: ResyncTimer;
  readonly #kernel: KernelTimer;
  /** In this order: the last ones are not due where one before them has asked for a pass. */
  readonly #timers: readonly Timer[];

  constructor(passes: Passes, options: TimersOptions) {
    this.#passes = passes;
    this.#resync = new ResyncTimer(passes, options);
    this.#kernel = new KernelTimer(passes);
    const ofPasses = [stopGrace, survivors, putOffLeaves, unanswered, unread, failures].map(make =>
      make(passes),
    );
    this.#timers = [this.#resync, this.#kernel, ...ofPasses];
  }

  get dueAt(): number {
    return Math.min(...this.#timers.map(timer => timer.dueAt()));
  }

  ring(now: number): void {
    for (const timer of this.#timers) if (now >= timer.dueAt()) timer.ring(now);
  }

  /** The pass that begins now reads what some of them ask for. */
  passBegins(now: number): void {
    const { schedule } = this.#passes;
    if (schedule.wantsEverything) this.#resync.restart(now);
    if (schedule.wantsKernel) this.#kernel.restart(now);
  }
}
