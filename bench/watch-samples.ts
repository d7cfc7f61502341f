import { setTimeout as delay } from 'node:timers/promises';
import { inMs, median } from './sample.js';

/** Milliseconds since 1970, finer than Date.now(): to be held against the engine's own times. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** The value that so many of a hundred are at most. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}

/** Looks every millisecond until there is something; gives it with when it was seen. */
export async function seen<T>(what: string, look: () => T | undefined): Promise<{ value: T; at: number }> {
  const deadline = nowMs() + 30_000;
  for (;;) {
    const value = look();
    const at = nowMs();
    if (value !== undefined) return { value, at };
    if (at > deadline) throw new Error(`${what}: not within 30 s`);
    await delay(1);
  }
}

/** What Fairlead needs for one thing, and what a script without any thought needs for it. */
export class Latency {
  readonly ms: number[] = [];
  readonly floorMs: number[] = [];
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }

  row(): string[] {
    const floor = this.floorMs.length === 0 ? [] : [median(this.floorMs), percentile(this.floorMs, 95)];
    const [middle = NaN] = floor;
    return [
      this.what,
      String(this.ms.length),
      inMs(median(this.ms)),
      inMs(percentile(this.ms, 95)),
      ...(floor.length === 0 ? ['–', '–', '–'] : [...floor.map(inMs), (median(this.ms) / middle).toFixed(1)]),
    ];
  }
}
