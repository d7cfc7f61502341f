import type { EngineEvent } from '../../docker/events/event-source.js';
import type { Step } from '../../model/step.js';

/** For how long a container that was sent its stop signal is taken for one that is about to end. */
const graceMs = 10_000;

/** SIGHUP and SIGUSR2: reload. SIGUSR1 and SIGWINCH are not among them, for HAProxy and Apache httpd end by those. */
const reloads: ReadonlySet<string> = new Set(['1', '12']);

/** More than this at once is no host that one engine can run. */
const mostContainers = 16_384;

/**
 * Containers that were sent a stop signal. An engine that shuts down stops all of them, the proxies too, and tells of it
 * before its events break off (engine fact E20): a watch that followed those events would take the host apart. So what
 * belongs to such a container is left alone until it starts again or is removed, or the grace period is over: then it
 * has taken the signal for something else.
 */
export class StoppingContainers {
  readonly #ids = new Set<string>();
  readonly #since = new Map<string, number>();
  #backSince = -Infinity;

  /** Live: it grows and shrinks as the events come. */
  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  note({ type, action, id, signal }: EngineEvent, now: number): void {
    if (type !== 'container' || id === '') return;
    if (action === 'start' || action === 'destroy') this.#remove(id);
    if (action !== 'kill' || (signal !== undefined && reloads.has(signal))) return;
    this.#remove(id);
    this.#ids.add(id);
    this.#since.set(id, now);
    if (this.#since.size <= mostContainers) return;
    const [oldest] = this.#since.keys();
    if (oldest !== undefined) this.#remove(oldest);
  }

  /** The engine is back: the containers it stopped come back one by one, and get another grace period for that. */
  engineBack(now: number): void {
    this.#backSince = now;
    for (const id of this.#since.keys()) this.#since.set(id, now);
  }

  /** When the first grace period is over. A pass has to look at that container then. */
  get expiresAt(): number | undefined {
    // In the order of their times, for each is put last when its time begins.
    const [first] = this.#since.values();
    const back = this.#backSince === -Infinity ? undefined : this.#backSince + graceMs;
    if (first === undefined) return back;
    return Math.min(first + graceMs, back ?? Infinity);
  }

  /** Removes the containers whose grace period is over, and returns their IDs. */
  expire(now: number): readonly string[] {
    if (now >= this.#backSince + graceMs) this.#backSince = -Infinity;
    const over: string[] = [];
    for (const [id, since] of this.#since) {
      if (since + graceMs > now) break;
      over.push(id);
      this.#remove(id);
    }
    return over;
  }

  /**
   * Why a step has to wait. Steps on the kernel never wait: what a container has there goes with it, and until then it
   * has to be right.
   */
  heldBack(step: Step, now: number): string | undefined {
    switch (step.do) {
      case 'connect':
        return this.#ids.has(step.container.id) ? 'the container is being stopped' : undefined;
      case 'disconnect':
        if (this.#ids.has(step.container.id)) return 'the container is being stopped';
        return this.#comingBack(now);
      case 'recreate-network':
        if (step.members.some(({ container }) => this.#ids.has(container.id))) {
          return 'a container on it is being stopped';
        }
        return this.#comingBack(now);
      case 'remove-network':
        return this.#comingBack(now);
      case 'create-network':
      case 'set-routing':
      case 'clear-routing':
      case 'set-nat':
      case 'set-guard':
        return undefined;
    }
  }

  #remove(id: string): void {
    this.#ids.delete(id);
    this.#since.delete(id);
  }

  #comingBack(now: number): string | undefined {
    return now < this.#backSince + graceMs
      ? 'the engine has just come back, and containers that need it may still be starting'
      : undefined;
  }
}
