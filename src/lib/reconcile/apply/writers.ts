/**
 * One writer at a time in each namespace. The second one waits for the first; nothing else waits with it, for a write
 * asks the engine who is in the namespace, and that may take as long as the engine does.
 */
export class Writers {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Calls `write` when all writes to the namespace that were asked for before have ended. */
  async alone<T>(namespace: string, write: () => Promise<T>): Promise<T> {
    const before = this.#last.get(namespace);
    const turn = before ? before.then(write) : write();
    const ended = turn.catch(() => undefined);
    this.#last.set(namespace, ended);
    try {
      return await turn;
    } finally {
      if (this.#last.get(namespace) === ended) this.#last.delete(namespace);
    }
  }
}
