import { performance } from 'node:perf_hooks';

/** The middle value: one slow run on a busy machine does not move it. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
    : (sorted[Math.floor(middle)] ?? NaN);
}

export function timeMs(work: () => unknown): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

export async function timeAsyncMs(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Times the same work many times over. The first tenth is thrown away: it warms the compiler. */
export function sampleMs(times: number, work: () => unknown): number[] {
  const all = Array.from({ length: times }, () => timeMs(work));
  return all.slice(Math.ceil(times / 10));
}

export function inMs(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}
