import { readFileSync, readdirSync } from 'node:fs';

export interface Sample {
  readonly seconds: number;
  readonly rssKiB: number;
  readonly descriptors: number;
}

/** What a process holds at present. */
export function sampleOf(pid: number, seconds: number): Sample {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const [, rss = 'NaN'] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return { seconds, rssKiB: Number(rss), descriptors: readdirSync(`/proc/${String(pid)}/fd`).length };
}

/** How much a value grows in an hour, by least squares. */
export function slopePerHour(points: readonly (readonly [seconds: number, value: number])[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [at, of] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - at) * (y - of), 0);
  const variance = points.reduce((sum, [x]) => sum + (x - at) ** 2, 0);
  return (covariance / variance) * 3600;
}

export interface Soaked {
  /** Over the second half, when what is allocated once has been. */
  readonly rssSlopeMiBPerHour: number;
  /** Of the last quarter and the one before it. */
  readonly rssMiB: readonly [before: number, last: number];
  readonly descriptors: readonly [least: number, most: number];
  readonly text: string;
}

export function judge(what: string, samples: readonly Sample[]): Soaked {
  const half = samples.slice(Math.floor(samples.length / 2));
  const slope = slopePerHour(half.map(({ seconds, rssKiB }) => [seconds, rssKiB / 1024]));
  const quarters = [half.slice(0, Math.floor(half.length / 2)), half.slice(Math.floor(half.length / 2))];
  const [before = NaN, last = NaN] = quarters.map(quarter => {
    const sorted = quarter.map(({ rssKiB }) => rssKiB / 1024).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? NaN;
  });
  const counts = half.map(({ descriptors }) => descriptors);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const text =
    `${what}: RSS ${before.toFixed(1)} MiB, then ${last.toFixed(1)} MiB, ` +
    `${slope.toFixed(1)} MiB/h over the second half; ${String(least)} to ${String(most)} descriptors`;
  return { rssSlopeMiBPerHour: slope, rssMiB: [before, last], descriptors: [least, most], text };
}

/** How long a soak takes: a while in every run, FAIRLEAD_SOAK_SECONDS if set. */
export function soakSeconds(): number {
  return Number(process.env['FAIRLEAD_SOAK_SECONDS'] ?? 30);
}
