import type { ContainerRef } from '../../model/step.js';
import type { Clock } from '../clock.js';
import type { HostProcess, HostProcesses } from './host-processes.js';

/** Most containers end some milliseconds after the signal, or do not end by it. */
const oftenMs = 2;
const oftenForMs = 500;
const seldomMs = 10;
/** More at once are no application that is brought down. */
const mostFollowed = 32;

interface Followed {
  readonly name: string;
  readonly process: HostProcess;
  readonly since: number;
  readonly until: number;
}

export interface ExitsOptions {
  readonly clock: Clock;
  readonly processes: HostProcesses;
  readonly onExit: (id: string, name: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Sees the end of a container's process, of one that was asked to stop. The engine tells of it only after it has taken
 * the container's networks down, some 100 ms later, and there is nothing to wait on for who is not its parent.
 */
export class Exits {
  readonly #options: ExitsOptions;
  readonly #followed = new Map<string, Followed>();
  #looking = false;

  constructor(options: ExitsOptions) {
    this.#options = options;
  }

  /** Tells of the exit once it has come, but not before `settledMs` are over. */
  follow(
    { id, name }: ContainerRef,
    process: HostProcess,
    { settledMs, forMs }: { readonly settledMs: number; readonly forMs: number },
  ): void {
    const now = this.#options.clock.now();
    if (this.#followed.size >= mostFollowed && !this.#followed.has(id)) return;
    this.#followed.set(id, { name, process, since: now + settledMs, until: now + forMs });
    if (this.#looking) return;
    this.#looking = true;
    void this.#look();
  }

  unfollow(id: string): void {
    this.#followed.delete(id);
  }

  async #look(): Promise<void> {
    const { clock, signal } = this.#options;
    let wait = this.#lookOnce();
    while (wait !== undefined && !signal.aborted) {
      await clock.sleep(wait, signal);
      wait = this.#lookOnce();
    }
    this.#looking = false;
  }

  /** Gives how long to wait until the next look; undefined: there is nobody left. */
  #lookOnce(): number | undefined {
    const { clock, processes, onExit } = this.#options;
    const now = clock.now();
    let wait: number | undefined;
    for (const [id, { name, process, since, until }] of this.#followed) {
      const isOver = now >= since && processes.isOver(process);
      if (isOver || now >= until) this.#followed.delete(id);
      if (isOver) onExit(id, name);
      else if (now < until) wait = Math.min(wait ?? seldomMs, now - since < oftenForMs ? oftenMs : seldomMs);
    }
    return wait;
  }
}
