/** What a process holds at a time. */
export interface Sample {
  readonly seconds: number;
  /** After all that is free was freed. */
  readonly heapBytes: number;
  readonly rssKiB: number;
  readonly descriptors: number;
  /** That it has been told of so far. */
  readonly events: number;
  readonly passes: number;
}

/** How much a value grows with another one, by least squares. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [at, of] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - at) * (y - of), 0);
  const variance = points.reduce((sum, [x]) => sum + (x - at) ** 2, 0);
  return covariance / variance;
}

/** What a soak says of a process, all over its second half, when what is allocated once has been. */
export interface Verdict {
  readonly heapBytesPerEvent: number;
  /** How many more of them in the end than at the beginning. */
  readonly descriptorsGrown: number;
  readonly text: string;
}

export function judge(what: string, samples: readonly Sample[]): Verdict {
  const half = samples.slice(Math.floor(samples.length / 2));
  const perSecond = (of: (sample: Sample) => number): number =>
    slopeOf(half.map(sample => [sample.seconds, of(sample)]));
  const perHour = (bytes: (sample: Sample) => number): string =>
    ((perSecond(bytes) * 3600) / 2 ** 20).toFixed(1);
  const [first, last] = [half[0], half.at(-1)];
  const heapBytesPerEvent = slopeOf(half.map(({ events, heapBytes }) => [events, heapBytes]));
  const descriptorsGrown =
    perSecond(({ descriptors }) => descriptors) * ((last?.seconds ?? NaN) - (first?.seconds ?? NaN));
  const {
    seconds = NaN,
    events = NaN,
    passes = NaN,
    heapBytes = NaN,
    rssKiB = NaN,
    descriptors = NaN,
  } = last ?? {};
  const text =
    `${what}: ${String(events)} events, ${String(passes)} passes in ${seconds.toFixed(0)} s; over the second half ` +
    `heap ${heapBytesPerEvent.toFixed(1)} bytes an event, ${perHour(sample => sample.heapBytes)} MiB/h, ` +
    `RSS ${perHour(sample => sample.rssKiB * 1024)} MiB/h, descriptors ${descriptorsGrown.toFixed(2)}; ` +
    `in the end heap ${(heapBytes / 2 ** 20).toFixed(1)} MiB, RSS ${(rssKiB / 1024).toFixed(1)} MiB, ` +
    `${String(descriptors)} descriptors`;
  return { heapBytesPerEvent, descriptorsGrown, text };
}

/** Over the line is a leak: half a KiB with every event it was told of, or two descriptors more. */
export function leaksOf({ heapBytesPerEvent, descriptorsGrown }: Verdict): string[] {
  const leaks: string[] = [];
  if (!(heapBytesPerEvent < 512)) leaks.push('memory');
  if (!(descriptorsGrown < 2)) leaks.push('descriptors');
  return leaks;
}

/**
 * How long a soak takes: FAIRLEAD_SOAK_SECONDS if set, else a while that fits every run. What a process only keeps once
 * counts the more for each event the fewer there are: the longer, the further is a sound one from the line.
 */
export function soakSeconds(unlessSet: number): number {
  return Number(process.env['FAIRLEAD_SOAK_SECONDS'] ?? unlessSet);
}
