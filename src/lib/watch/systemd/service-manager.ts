import type { LoopEvent } from '../loop-event.js';
import type { LoopState } from '../loop-state.js';
import { statusLine } from './status-line.js';
import type { Notification, Notifier } from './systemd-notify.js';
import { whyIncomplete } from '../passes/unread.js';

export interface ServiceManagerOptions {
  /** How often the watchdog wants a sign of life; none is given without it. */
  readonly watchdogMs: number | undefined;
  /** CLOCK_MONOTONIC in microseconds. */
  readonly monotonicUsec: () => bigint;
}

/** A first pass has much to do at times: while it gets on, the manager waits this much longer each time. */
const moreTimeUsec = '60000000';

/** Tells systemd how the loop is doing, after each of its events. */
export class ServiceManager {
  readonly #notifier: Notifier;
  readonly #options: ServiceManagerOptions;
  #ready = false;
  #passing = false;
  #stopping = false;
  #status = '';
  #fedAt = -Infinity;

  constructor(notifier: Notifier, options: ServiceManagerOptions) {
    this.#notifier = notifier;
    this.#options = options;
  }

  /** `state` knows of the event already. */
  note(event: LoopEvent, state: LoopState, now: number): void {
    const parts = [this.#progress(event), this.#watchdog(event, now), this.#newStatus(state)];
    const notification = Object.assign({}, ...parts) as Notification;
    if (Object.keys(notification).length > 0) this.#notifier.notify(notification);
  }

  /** The config is being read again. With the time, as Type=notify-reload of systemd 253 and later wants it. */
  reloading(): void {
    if (!this.#ready || this.#stopping) return;
    this.#notifier.notify({ RELOADING: '1', MONOTONIC_USEC: String(this.#options.monotonicUsec()) });
  }

  /** The new config is in force, or the old one stays: `reloading` has to be answered either way. */
  reloaded(): void {
    if (this.#ready && !this.#stopping) this.#notifier.notify({ READY: '1' });
  }

  #progress(event: LoopEvent): Notification {
    switch (event.kind) {
      case 'pass-begun':
      case 'planned':
        this.#passing = true;
        return {};
      case 'pass':
        this.#passing = false;
        // From now on what is declared is in force, as far as it can be: units that come after this one may start.
        if (this.#ready || event.dryRun || whyIncomplete(event.unread) !== undefined) return {};
        this.#ready = true;
        return { READY: '1' };
      case 'pass-failed':
        this.#passing = false;
        return {};
      case 'alive':
        return this.#passing && !this.#ready ? { EXTEND_TIMEOUT_USEC: moreTimeUsec } : {};
      case 'stopping':
        this.#stopping = true;
        return { STOPPING: '1' };
      case 'connected':
      case 'lost':
      case 'waiting':
      case 'overflow':
      case 'failing':
      case 'recovered':
      case 'breaker':
        return {};
    }
  }

  /** From the loop's own signs only: a timer would go on when the loop does not. */
  #watchdog({ kind }: LoopEvent, now: number): Notification {
    const { watchdogMs } = this.#options;
    if (kind !== 'alive' || watchdogMs === undefined || now - this.#fedAt < watchdogMs) return {};
    this.#fedAt = now;
    return { WATCHDOG: '1' };
  }

  #newStatus(state: LoopState): Notification {
    const status = statusLine(state);
    if (status === this.#status) return {};
    this.#status = status;
    return { STATUS: status };
  }
}
