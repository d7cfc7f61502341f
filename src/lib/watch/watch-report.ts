import type { WatchStatus } from './watch-status.js';

/** What a running watch says of itself. Times are durations: its clock is its own. */
export interface WatchReport {
  readonly pid: number;
  readonly config: string;
  readonly engine: string;
  readonly runningForMs: number;
  readonly link: WatchStatus['link'];
  readonly passes: number;
  /** Since a pass last went through; absent before the first. */
  readonly lastGoodPassAgoMs?: number;
  readonly breakerOpen: boolean;
  /** Since the config on disk is refused, and the one before it is kept; absent where it is in force. */
  readonly configRefusedForMs?: number;
  readonly failing: readonly {
    readonly subject: string;
    readonly message: string;
    readonly attempts: number;
    readonly retryInMs: number;
  }[];
}

export interface WatchIdentity {
  readonly pid: number;
  readonly config: string;
  readonly engine: string;
  /** On the loop's clock. */
  readonly startedAt: number;
}

export function watchReport(
  { pid, config, engine, startedAt }: WatchIdentity,
  status: WatchStatus,
  now: number,
  { configRefusedAt }: { readonly configRefusedAt?: number | undefined } = {},
): WatchReport {
  const { link, passes, lastGoodPassAt, breaker, failing } = status;
  return {
    pid,
    config,
    engine,
    runningForMs: Math.round(now - startedAt),
    link,
    passes,
    ...(lastGoodPassAt !== undefined && { lastGoodPassAgoMs: Math.round(now - lastGoodPassAt) }),
    breakerOpen: breaker.is === 'open',
    ...(configRefusedAt !== undefined && { configRefusedForMs: Math.round(now - configRefusedAt) }),
    failing: failing.map(({ subject, failure, attempts, retryAt }) => ({
      subject,
      message: failure.message,
      attempts,
      retryInMs: Math.max(0, Math.round(retryAt - now)),
    })),
  };
}
