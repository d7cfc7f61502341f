/** How long a step may take that is left as it is found by whoever looks next. */
const usualMs = 9000;
/** The service manager kills after 90 s (`TimeoutStopSec` of the unit): what is left has to be told of before. */
const longestMs = 80_000;

/**
 * How long a watch that is to end waits for what is under way. A recreation or a withdrawal that is cut short leaves
 * containers without a network or half of them unrouted: those get far longer, and what comes after them the usual
 * time again.
 */
export class Patience {
  readonly #begunAt: number;
  #usualSince: number;

  constructor(now: number) {
    this.#begunAt = now;
    this.#usualSince = now;
  }

  /** Asked again and again: whether it is over, given what is under way now. */
  isOver(now: number, isLong: boolean): boolean {
    if (isLong) this.#usualSince = now;
    return now - this.#begunAt >= longestMs || now - this.#usualSince >= usualMs;
  }
}
