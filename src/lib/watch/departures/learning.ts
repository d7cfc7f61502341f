import { withChildSignal } from '../child-signal.js';

/** More at once is nothing that an engine with a container that hangs should be asked on top. */
const mostAtOnce = 4;

/** What is yet to be read of a container. */
export interface Unread<T> {
  readonly id: string;
  readonly read: (signal: AbortSignal) => Promise<T>;
}

/**
 * Reads between passes what no pass has to wait for. An inspect of a container that hangs takes until its deadline:
 * the next pass cuts it off, and one that failed is not tried again until something has happened to that container.
 */
export class Learning<T> {
  readonly #onRead: (id: string, value: T) => void;
  readonly #failed = new Set<string>();
  /** Who was being read when it was cut off: after the others the next time, or those would never have their turn. */
  readonly #slow = new Set<string>();
  #round: AbortController | undefined;

  constructor(onRead: (id: string, value: T) => void) {
    this.#onRead = onRead;
  }

  /** Nothing that is being read is taken any more. */
  cutOff(): void {
    this.#round?.abort();
    this.#round = undefined;
  }

  /** Those of whom something is to be read anew may be tried again. */
  forget(what: 'everything' | Iterable<string>): void {
    if (what === 'everything') this.#failed.clear();
    else for (const id of what) this.#failed.delete(id);
  }

  /** Begins to read, until `cutOff` or the signal. Instead of what was being read. */
  begin(unread: readonly Unread<T>[], signal: AbortSignal): void {
    this.cutOff();
    const ids = new Set(unread.map(({ id }) => id));
    for (const known of [this.#failed, this.#slow])
      for (const id of known) if (!ids.has(id)) known.delete(id);
    const next = unread.filter(({ id }) => !this.#failed.has(id));
    if (next.length === 0 || signal.aborted) return;
    const round = new AbortController();
    this.#round = round;
    void withChildSignal(signal, async child => {
      child.addEventListener('abort', () => round.abort(), { once: true });
      await this.#readAll(next, round.signal);
    });
  }

  async #readAll(unread: readonly Unread<T>[], signal: AbortSignal): Promise<void> {
    const isSlow = ({ id }: Unread<T>): boolean => this.#slow.has(id);
    const queue = [...unread.filter(one => !isSlow(one)), ...unread.filter(isSlow)].values();
    const work = async (): Promise<void> => {
      for (const one of queue) {
        if (signal.aborted) return;
        await this.#read(one, signal);
      }
    };
    await Promise.all(Array.from({ length: mostAtOnce }, work));
  }

  async #read({ id, read }: Unread<T>, signal: AbortSignal): Promise<void> {
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
