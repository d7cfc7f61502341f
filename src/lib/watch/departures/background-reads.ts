import { withChildSignal } from '../child-signal.js';

/** An engine that hangs over one container has enough to do without more questions at once. */
const mostAtOnce = 4;

/** A container of which something is still to be read. */
export interface PendingRead<T> {
  readonly id: string;
  readonly read: (signal: AbortSignal) => Promise<T>;
}

/**
 * Reads that no pass has to wait for, done between passes. An inspect of a container that hangs takes until its
 * deadline. The next pass cuts such a read off. A read that failed is tried again only once something has happened to
 * that container.
 */
export class BackgroundReads<T> {
  readonly #onRead: (id: string, value: T) => void;
  readonly #failed = new Set<string>();
  /** Containers whose read was cut off. They come last the next time: before the others they would keep those from their turn. */
  readonly #slow = new Set<string>();
  #round: AbortController | undefined;

  constructor(onRead: (id: string, value: T) => void) {
    this.#onRead = onRead;
  }

  /** Cuts off the reads that are under way, and ignores what they give. */
  cutOff(): void {
    this.#round?.abort();
    this.#round = undefined;
  }

  /** The reads of these containers may be tried again even if they failed. */
  forget(what: 'everything' | Iterable<string>): void {
    if (what === 'everything') this.#failed.clear();
    else for (const id of what) this.#failed.delete(id);
  }

  /** Begins these reads in place of those that are under way. They end with `cutOff` or the signal. */
  begin(pending: readonly PendingRead<T>[], signal: AbortSignal): void {
    this.cutOff();
    const ids = new Set(pending.map(({ id }) => id));
    for (const known of [this.#failed, this.#slow])
      for (const id of known) if (!ids.has(id)) known.delete(id);
    const next = pending.filter(({ id }) => !this.#failed.has(id));
    if (next.length === 0 || signal.aborted) return;
    const round = new AbortController();
    this.#round = round;
    void withChildSignal(signal, async child => {
      child.addEventListener('abort', () => round.abort(), { once: true });
      await this.#readAll(next, round.signal);
    });
  }

  async #readAll(pending: readonly PendingRead<T>[], signal: AbortSignal): Promise<void> {
    const isSlow = ({ id }: PendingRead<T>): boolean => this.#slow.has(id);
    const queue = [...pending.filter(one => !isSlow(one)), ...pending.filter(isSlow)].values();
    const work = async (): Promise<void> => {
      for (const one of queue) {
        if (signal.aborted) return;
        await this.#read(one, signal);
      }
    };
    await Promise.all(Array.from({ length: mostAtOnce }, work));
  }

  async #read({ id, read }: PendingRead<T>, signal: AbortSignal): Promise<void> {
    const outcome = await read(signal).then(
      value => ({ value }),
      () => undefined,
    );
    if (signal.aborted) {
      this.#slow.add(id);
      return;
    }
    this.#slow.delete(id);
    if (outcome) this.#onRead(id, outcome.value);
    else this.#failed.add(id);
  }
}
