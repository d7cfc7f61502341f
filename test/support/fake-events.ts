import type { Release } from './fake-daemon.js';

/** What happened, as a test says it; the rest is filled in. */
export interface Happening {
  readonly type?: string;
  readonly action: string;
  readonly id: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Who follows the events; as an engine's handler, it takes a line when it can. */
export interface Follower {
  /** False: no more, until `drained` is called. */
  write(line: string): boolean;
  onDrain(drained: () => void): void;
  /** `broken`: the body never comes to its end, as when the daemon dies. */
  end(how: 'broken' | 'whole'): void;
}

interface Kept {
  readonly type: string;
  readonly timeNano: bigint;
  readonly line: string;
}

interface Subscription {
  readonly types: readonly string[] | undefined;
  readonly follower: Follower;
  readonly waiting: string[];
  full: boolean;
}

/** What the engine remembers for `since`, and what a follower may be behind (engine fact E19). */
const remembered = 256;
const slots = 1024;

function nanoseconds(since: string): bigint {
  const [seconds = '0', fraction = ''] = since.split('.');
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

/** The events of a fake daemon, with what the real one's can and cannot do. */
export class FakeEvents {
  /** How far the engine's clock is ahead of the machine's. */
  skewMs = 0;
  /** Events that no follower took in time. */
  dropped = 0;
  readonly #release: Release;
  readonly #kept: Kept[] = [];
  readonly #subscriptions = new Set<Subscription>();
  #latest = 0n;

  constructor(release: Release) {
    this.#release = release;
  }

  get followers(): number {
    return this.#subscriptions.size;
  }

  /** Events that followers have still to take. */
  get waiting(): number {
    return [...this.#subscriptions].reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  nowMs(): number {
    return Date.now() + this.skewMs;
  }

  emit({ type = 'container', action, id, attributes = {} }: Happening): void {
    const now = BigInt(this.nowMs()) * 1_000_000n;
    // No two at one time, and digits that a number does not hold.
    this.#latest = now > this.#latest ? now + 1n : this.#latest + 1n;
    const timeNano = this.#latest;
    const legacy =
      type === 'container'
        ? `"status":${JSON.stringify(action)},"id":${JSON.stringify(id)},"from":"image",`
        : '';
    const actor = JSON.stringify({ ID: id, Attributes: attributes });
    const fields = `"Type":${JSON.stringify(type)},"Action":${JSON.stringify(action)},"Actor":${actor}`;
    const seconds = String(timeNano / 1_000_000_000n);
    const line = `{${legacy}${fields},"scope":"local","time":${seconds},"timeNano":${String(timeNano)}}\n`;
    this.#kept.push({ type, timeNano, line });
    if (this.#kept.length > remembered) this.#kept.shift();
    for (const subscription of this.#subscriptions) this.#send(subscription, type, line);
  }

  /** Starts and deaths of containers that nobody knows, as of a CI host nearby. */
  burst(count: number, id = 'f'.repeat(64)): void {
    for (let i = 0; i < count; i += 1) {
      this.emit({ action: i % 2 === 0 ? 'start' : 'die', id, attributes: { name: `job-${String(i)}` } });
    }
  }

  /** An event that the engine emits twice before 28 (engine fact E5). */
  emitDisconnect(happening: Happening, byHand: boolean): void {
    this.emit(happening);
    if (byHand && this.#release !== '28.5') this.emit(happening);
  }

  /** Follows from `since` on; gives what ends it. `filters` is what the request says. */
  follow(follower: Follower, since: string | undefined, filters: string | undefined): () => void {
    const { type: types } = JSON.parse(filters ?? '{}') as { type?: string[] };
    const subscription: Subscription = { types, follower, waiting: [], full: false };
    this.#subscriptions.add(subscription);
    follower.onDrain(() => {
      subscription.full = false;
      this.#flush(subscription);
    });
    if (since !== undefined) {
      const from = nanoseconds(since);
      for (const { type, timeNano, line } of this.#kept) {
        if (timeNano >= from) this.#send(subscription, type, line);
      }
    }
    return () => this.#subscriptions.delete(subscription);
  }

  /** Ends every stream. A daemon that comes back remembers nothing: `forget`. */
  end(how: 'broken' | 'whole', { forget = false } = {}): void {
    for (const { follower } of this.#subscriptions) follower.end(how);
    this.#subscriptions.clear();
    if (forget) this.#kept.length = 0;
  }

  #send(subscription: Subscription, type: string, line: string): void {
    if (subscription.types && !subscription.types.includes(type)) return;
    if (subscription.waiting.length >= slots) this.dropped += 1;
    else subscription.waiting.push(line);
    this.#flush(subscription);
  }

  #flush(subscription: Subscription): void {
    while (!subscription.full && subscription.waiting.length > 0) {
      const line = subscription.waiting.shift() ?? '';
      subscription.full = !subscription.follower.write(line);
    }
  }
}
