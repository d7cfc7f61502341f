export interface BackOff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** How long the n-th wait is before jitter; the first is number 1. */
export function ceilingMs({ initialMs, maxMs }: BackOff, attempt: number): number {
  return Math.min(maxMs, initialMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 40));
}

/** Anything up to the ceiling, so that many who lost the same engine do not all return at once; never quite nothing. */
export function fullJitterMs(backOff: BackOff, attempt: number, random: () => number): number {
  const ceiling = ceilingMs(backOff, attempt);
  return Math.max(ceiling * random(), Math.min(backOff.initialMs, ceiling) / 5);
}

/** Between half the ceiling and the ceiling: for what has only to be spread a little. */
export function equalJitterMs(backOff: BackOff, attempt: number, random: () => number): number {
  return ceilingMs(backOff, attempt) * (0.5 + random() / 2);
}
