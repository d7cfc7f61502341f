import { escapeLine } from '../model/escape.js';
import { messageOf } from '../model/errors.js';
import type { LoopEvent } from './loop-event.js';
import { objectOf } from './passes/step-object.js';
import { whyIncomplete } from './passes/unread.js';

type PassEvent = Extract<LoopEvent, { kind: 'pass' }>;

/** How the loop is doing, as its events tell: for the service manager, the health check and the metrics. */
export class LoopState {
  readonly #failing = new Set<string>();
  #heardAt: number;
  #lastGoodPassAt: number | undefined;
  #lastPass: PassEvent | undefined;
  #trouble: string | undefined;
  #breakerOpen = false;
  #stopping = false;

  /** Times are on the loop's clock. */
  constructor(now: number) {
    this.#heardAt = now;
  }

  /** When the loop last gave any sign. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** The last pass that saw everything and was free to change it; a single step may have failed in it. */
  get lastGoodPassAt(): number | undefined {
    return this.#lastGoodPassAt;
  }

  /** The last one that went through, whether it was free to change anything or not. */
  get lastPass(): PassEvent | undefined {
    return this.#lastPass;
  }

  /** What keeps everything from being as declared, while it does. Escaped, one line. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  get breakerOpen(): boolean {
    return this.#breakerOpen;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** How many objects cannot be made as they should be. */
  get failing(): number {
    return this.#failing.size;
  }

  note(event: LoopEvent, now: number): void {
    this.#heardAt = now;
    switch (event.kind) {
      case 'lost':
        this.#trouble = lineOf(event.error);
        break;
      case 'waiting':
        // Without events passes still run, and tell how they went.
        if (!event.blind) this.#trouble = lineOf(event.error);
        break;
      case 'pass':
        if (event.only) break;
        this.#lastPass = event;
        if (event.dryRun) break;
        this.#notePass(whyIncomplete(event.unread), now);
        break;
      case 'pass-failed':
        this.#trouble = lineOf(event.error);
        break;
      case 'failing':
        this.#failing.add(objectOf(event.object.step).key);
        break;
      case 'recovered':
        this.#failing.delete(objectOf(event.object.step).key);
        break;
      case 'breaker':
        this.#breakerOpen = event.state.is === 'open';
        if (this.#breakerOpen) this.#trouble ??= 'nothing that was tried succeeded';
        break;
      case 'stopping':
        this.#stopping = true;
        break;
      case 'connected':
      case 'overflow':
      case 'pass-begun':
      case 'planned':
      case 'alive':
        break;
    }
  }

  #notePass(incomplete: string | undefined, now: number): void {
    this.#trouble = incomplete && escapeLine(incomplete);
    if (incomplete === undefined) this.#lastGoodPassAt = now;
  }
}

function lineOf(error: unknown): string {
  return escapeLine(messageOf(error));
}
