import type { Trigger } from '../triggers.js';
import { Causes } from './causes.js';

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
const mostProxyCauses = 5;

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
 * - a look at the proxies alone, which is quick, comes before one at everything, but never twice in a row, and not
 *   where that one may have to close what is open to traffic;
 * - a burst of events, however long, costs a bounded number of passes a second, and bounded memory.
 */
export class Schedule {
  #forget: 'everything' | Set<string> = new Set();
  #kernelAnew = false;
  readonly #causes = new Causes();
  #pending = false;
  /** Why the proxies alone are looked at, where they are. */
  #proxyCauses = new Set<string>();
  #lastWasProxies = false;
  /** Whether a pass over everything may have to close something: then no other comes before it. */
  mayCloseTraffic = false;
  #urgent = false;
  #running = false;
  #startedAt = 0;
  #endedAt = -Infinity;
  /** Time the last pass took. */
  #tookMs = 0;
  /** Passes in a row that changed nothing. */
  #idle = 0;

  get pending(): boolean {
    return this.#pending || this.#proxyCauses.size > 0;
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

  request(trigger: Trigger): void {
    const { forget, cause, kernelAnew = false, urgent = false, only } = trigger;
    if (only) {
      if (this.#proxyCauses.size < mostProxyCauses) this.#proxyCauses.add(cause);
      return;
    }
    this.#pending = true;
    this.#urgent ||= urgent;
    this.#kernelAnew ||= kernelAnew;
    this.#causes.add(trigger);
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
    if (!this.pending || this.#running) return undefined;
    if (now - this.#endedAt >= quietMs) return now;
    return this.#endedAt + (this.#proxiesAreNext ? this.#urgentGapMs() : this.#gapMs());
  }

  begin(now: number): Collected {
    if (this.#running) throw new Error('two passes at once');
    if (now - this.#endedAt >= quietMs) this.#idle = 0;
    const proxiesOnly = this.#proxiesAreNext;
    this.#running = true;
    this.#startedAt = now;
    this.#lastWasProxies = proxiesOnly;
    const proxyCauses = [...this.#proxyCauses];
    this.#proxyCauses.clear();
    if (proxiesOnly) return { forget: new Set(), kernelAnew: false, only: 'proxies', causes: proxyCauses };
    // What looks at everything looks at the proxies too.
    for (const cause of proxyCauses) this.#causes.add({ cause });
    const collected = {
      forget: this.#forget,
      kernelAnew: this.wantsKernel,
      causes: this.#causes.take(),
    };
    this.#forget = new Set();
    this.#kernelAnew = false;
    this.#pending = false;
    this.#urgent = false;
    return collected;
  }

  end(now: number, changed: boolean): void {
    this.#running = false;
    this.#endedAt = now;
    this.#tookMs = now - this.#startedAt;
    this.#idle = changed ? 0 : this.#idle + 1;
  }

  get #proxiesAreNext(): boolean {
    if (this.#proxyCauses.size === 0 || this.wantsEverything) return false;
    return !this.#pending || !(this.mayCloseTraffic || this.#lastWasProxies);
  }

  #gap(): number {
    return gapsMs[Math.min(this.#idle, gapsMs.length - 1)] ?? 0;
  }

  #urgentGapMs(): number {
    return Math.min(this.#gap(), longestUrgentMs);
  }

  #gapMs(): number {
    const gap = this.#gap();
    if (gap === 0 || this.#urgent) return this.#urgentGapMs();
    return Math.max(gap, Math.min(this.#tookMs, longestGapMs));
  }
}
