import type { Trigger } from './triggers.js';

/** What came together for one pass. */
export interface Collected {
  readonly forget: 'everything' | ReadonlySet<string>;
  readonly kernelAnew: boolean;
  /** Nobody asked for more. */
  readonly only?: 'proxies';
  readonly causes: readonly string[];
}

/** More containers than this are everything. */
const mostContainers = 4096;
const mostCauses = 5;

/**
 * Between passes of which none changed anything: nothing at first, then more and more. One container that ends makes
 * four events, and Engine 20.10 lists it as running for most of them.
 */
const gapsMs = [0, 0, 0, 0, 25, 50, 100];
/** On a host whose lists take long to read, at most every other moment is spent on reading them. */
const longestGapMs = 1000;
/** The longest wait of what cannot wait. */
const longestUrgentMs = 25;
/** After this long without a pass, the next trigger is a first one again. */
const quietMs = 1000;

/**
 * When a pass is due, and what for. INVARIANTS:
 * - at most one pass at a time;
 * - what is triggered while none runs is looked at at once: `docker compose down` leaves 0.15 s between a container's
 *   end and the removal of its network (engine fact E32);
 * - what is triggered while one runs is looked at by one more, which starts when that one ends;
 * - whatever was triggered is looked at by a pass that starts afterwards;
 * - a burst of events, however long, costs a bounded number of passes a second, and bounded memory.
 */
export class Schedule {
  #forget: 'everything' | Set<string> = new Set();
  #kernelAnew = false;
  #causes: string[] = [];
  #moreCauses = 0;
  #pending = false;
  #onlyProxies = true;
  #urgent = false;
  #running = false;
  #startedAt = 0;
  #endedAt = -Infinity;
  /** Time the last pass took. */
  #tookMs = 0;
  /** Passes in a row that changed nothing. */
  #idle = 0;

  get pending(): boolean {
    return this.#pending;
  }

  get wantsEverything(): boolean {
    return this.#forget === 'everything';
  }

  /** Whether the next pass reads all anew that is in the kernel. */
  get wantsKernel(): boolean {
    return this.#kernelAnew || this.wantsEverything;
  }

  get running(): boolean {
    return this.#running;
  }

  request({ forget, cause, kernelAnew = false, urgent = false, only }: Trigger): void {
    this.#pending = true;
    this.#onlyProxies &&= only === 'proxies';
    this.#urgent ||= urgent;
    this.#kernelAnew ||= kernelAnew;
    this.#addCause(cause);
    if (this.#forget === 'everything') return;
    if (forget === 'everything') {
      this.#forget = 'everything';
      return;
    }
    for (const id of forget) this.#forget.add(id);
    if (this.#forget.size > mostContainers) this.#forget = 'everything';
  }

  /** When the next pass may start; `undefined` while nothing asks for one, or while one runs. */
  dueAt(now: number): number | undefined {
    if (!this.#pending || this.#running) return undefined;
    if (now - this.#endedAt >= quietMs) return now;
    return this.#endedAt + this.#gapMs();
  }

  begin(now: number): Collected {
    if (this.#running) throw new Error('two passes at once');
    if (now - this.#endedAt >= quietMs) this.#idle = 0;
    const collected = {
      forget: this.#forget,
      kernelAnew: this.wantsKernel,
      ...(this.#onlyProxies && { only: 'proxies' as const }),
      causes: this.#moreCauses > 0 ? [...this.#causes, `${String(this.#moreCauses)} more`] : this.#causes,
    };
    this.#forget = new Set();
    this.#kernelAnew = false;
    this.#causes = [];
    this.#moreCauses = 0;
    this.#pending = false;
    this.#onlyProxies = true;
    this.#urgent = false;
    this.#running = true;
    this.#startedAt = now;
    return collected;
  }

  end(now: number, changed: boolean): void {
    this.#running = false;
    this.#endedAt = now;
    this.#tookMs = now - this.#startedAt;
    this.#idle = changed ? 0 : this.#idle + 1;
  }

  #gapMs(): number {
    const gap = gapsMs[Math.min(this.#idle, gapsMs.length - 1)] ?? 0;
    if (gap === 0 || this.#urgent) return Math.min(gap, longestUrgentMs);
    return Math.max(gap, Math.min(this.#tookMs, longestGapMs));
  }

  #addCause(cause: string): void {
    if (this.#causes.includes(cause)) return;
    if (this.#causes.length < mostCauses) this.#causes.push(cause);
    else this.#moreCauses += 1;
  }
}
