import { type BackOff, equalJitterMs } from './back-off.js';

/** `open`: nothing but what cannot wait is changed until one pass with changes, at `probeAt`, shows that it can be. */
export type BreakerState = { readonly is: 'closed' } | { readonly is: 'open'; readonly probeAt: number };

/** What a pass showed of whether anything can be changed at all. */
export type Evidence =
  /** Something was done, or could be seen and was as it should be. */
  | 'works'
  /** It failed as a whole, or with every step it attempted. */
  | 'broken'
  /** Only what had been failing before was attempted again: that says nothing of the rest. */
  | 'nothing';

const passesToOpen = 5;
/** Passes further apart than this have not failed for the same reason. */
const relatedMs = 600_000;
const untilProbe: BackOff = { initialMs: 30_000, maxMs: 300_000 };

/**
 * Ends all attempts to change anything when nothing succeeds any more, pass after pass, so that an engine in trouble
 * is not made more. One object that keeps failing does not open it.
 */
export class Breaker {
  #broken = 0;
  #brokenAt = -Infinity;
  #opened = 0;
  #state: BreakerState = { is: 'closed' };
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether a pass that starts now may change all that it plans. */
  allowsChanges(now: number): boolean {
    return this.#state.is === 'closed' || now >= this.#state.probeAt;
  }

  /** Takes what a pass showed that was let through; says whether the state is another one now. */
  record(evidence: Evidence, now: number): boolean {
    const before = this.#state;
    if (evidence === 'broken') {
      this.#broken = now - this.#brokenAt > relatedMs ? 1 : this.#broken + 1;
      this.#brokenAt = now;
    }
    if (evidence === 'works') {
      this.#broken = 0;
      this.#opened = 0;
      this.#state = { is: 'closed' };
    } else if (before.is === 'open' || this.#broken >= passesToOpen) {
      this.#opened += 1;
      this.#state = { is: 'open', probeAt: now + equalJitterMs(untilProbe, this.#opened, this.#random) };
    }
    return this.#state !== before && !(this.#state.is === 'closed' && before.is === 'closed');
  }

  /** The engine came back, or somebody asks: no reason to wait any longer. */
  probeNow(now: number): void {
    if (this.#state.is === 'open') this.#state = { is: 'open', probeAt: now };
  }
}
