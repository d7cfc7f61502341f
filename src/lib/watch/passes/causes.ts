import type { Trigger } from '../triggers.js';

const mostCauses = 5;

/** What a pass is made for, in few words for the log. */
export class Causes {
  #causes: Pick<Trigger, 'cause' | 'container' | 'isAside'>[] = [];
  #more = 0;

  /** A container that starts is connected to its networks first: its own event stands for those. */
  add({ cause, container, isAside = false }: Pick<Trigger, 'cause' | 'container' | 'isAside'>): void {
    const isOfIt = (other: Pick<Trigger, 'container'>): boolean =>
      container !== undefined && other.container === container;
    if (isAside && this.#causes.some(other => isOfIt(other) && !other.isAside)) return;
    if (!isAside) this.#causes = this.#causes.filter(other => !(isOfIt(other) && other.isAside));
    if (this.#causes.some(other => other.cause === cause)) return;
    if (this.#causes.length < mostCauses)
      this.#causes.push({ cause, ...(container && { container }), isAside });
    else this.#more += 1;
  }

  /** Returns them, and begins again with none. */
  take(): string[] {
    const causes = this.#causes.map(({ cause }) => cause);
    const all = this.#more > 0 ? [...causes, `${String(this.#more)} more`] : causes;
    this.#causes = [];
    this.#more = 0;
    return all;
  }
}
