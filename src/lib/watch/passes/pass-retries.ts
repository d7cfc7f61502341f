import { type BackOff, equalJitterMs } from './back-off.js';
import type { Unread } from './unread.js';

const untilNextPass: BackOff = { initialMs: 1000, maxMs: 60_000 };
/** While routes or a guard are in force: a warp that ends in the meantime leaves them open until a pass closes them. */
const untilNextPassOverKernel: BackOff = { initialMs: 1000, maxMs: 2000 };

/** When another pass follows one that failed as a whole, or that could not read something. */
export class PassRetries {
  readonly #random: () => number;
  #failedInARow = 0;
  #holdUntil = -Infinity;
  #unreadInARow = 0;
  #readAgainAt: number | undefined;
  #askAgainAt: number | undefined;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** After a pass that failed as a whole, no event starts another one before this. */
  get holdUntil(): number {
    return this.#holdUntil;
  }

  /** When another pass reads what the last one could not. */
  get readAgainAt(): number | undefined {
    return this.#readAgainAt;
  }

  /** Returns how long to wait for the next pass. */
  passFailed(now: number, keepsKernel: boolean): number {
    this.#failedInARow += 1;
    const backOff = keepsKernel ? untilNextPassOverKernel : untilNextPass;
    const retryInMs = equalJitterMs(backOff, this.#failedInARow, this.#random);
    this.#holdUntil = now + retryInMs;
    return retryInMs;
  }

  passWentThrough(): void {
    this.#failedInARow = 0;
  }

  noteUnread(unread: Unread | undefined, now: number, keepsKernel: boolean): void {
    this.#unreadInARow = unread ? this.#unreadInARow + 1 : 0;
    const isUrgent = keepsKernel && unread?.kernel !== undefined;
    const backOff = isUrgent ? untilNextPassOverKernel : untilNextPass;
    this.#readAgainAt = unread && now + equalJitterMs(backOff, this.#unreadInARow, this.#random);
  }

  /** When the engine is asked again for a container that it did not answer for. */
  get askAgainAt(): number | undefined {
    return this.#askAgainAt;
  }

  /** `undefined`: nothing is to be asked again, or it is being asked now. */
  noteUnanswered(askAgainAt: number | undefined): void {
    this.#askAgainAt = askAgainAt;
  }

  /** The next pass need not wait, however many have failed. */
  startAfresh(): void {
    this.#failedInARow = 0;
    this.#holdUntil = -Infinity;
  }
}
