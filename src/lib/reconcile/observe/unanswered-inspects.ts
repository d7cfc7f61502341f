import type { Container } from '../../model/container.js';
import { type Remembered, appearance, recall } from './appearance.js';

/**
 * What an engine that hangs over a container is given when it is asked about it again, and the longest that it is given: no
 * call takes longer. Each further try takes twice the time of the one before, for an inspect may take long for good.
 */
const patienceMs = { first: 2000, longest: 20_000 };
/** The wait before a try, if no event names the container, is this many times as long: the rest is the passes'. */
const waitPerPatience = 15;

/** An inspect that the engine did not answer in time. */
export interface Unanswered {
  readonly why: string;
  /** Whether it is time to ask once more. */
  readonly isDue: boolean;
  /** How long to wait for the answer then. */
  readonly patienceMs: number;
}

/**
 * Inspects that the engine did not answer in time, and when each is tried again. A pass that waited for the same one every
 * time would hold up what has to be closed.
 */
export class UnansweredInspects {
  readonly #known = new Map<
    string,
    Remembered<Omit<Unanswered, 'isDue'> & { readonly askAgainAt: number }>
  >();
  readonly #now: () => number;
  #passBegunAt = -Infinity;

  /** `now` gives milliseconds that never go back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  of(container: Container): Unanswered | undefined {
    const known = recall(this.#known, container);
    return known && { ...known, isDue: this.#now() >= known.askAgainAt };
  }

  add(container: Container, why: string): void {
    const before = recall(this.#known, container)?.patienceMs;
    const patience = before === undefined ? patienceMs.first : Math.min(2 * before, patienceMs.longest);
    const askAgainAt = this.#now() + patience * waitPerPatience;
    this.#known.set(container.id, {
      as: appearance(container),
      value: { why, askAgainAt, patienceMs: patience },
    });
  }

  delete(id: string): void {
    this.#known.delete(id);
  }

  keepOnly(present: ReadonlySet<string>): void {
    for (const id of this.#known.keys()) if (!present.has(id)) this.#known.delete(id);
  }

  passBegins(): void {
    this.#passBegunAt = this.#now();
  }

  /**
   * Milliseconds until the next try. An inspect whose time had come before the pass began, and that was not tried, is not
   * needed by now.
   */
  get askAgainInMs(): number | undefined {
    const times = [...this.#known.values()].map(({ value }) => value.askAgainAt);
    const next = Math.min(...times.filter(time => time > this.#passBegunAt));
    return next === Infinity ? undefined : Math.max(0, next - this.#now());
  }
}
