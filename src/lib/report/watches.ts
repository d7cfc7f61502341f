import { escapeLine } from '../model/escape.js';

interface Watch {
  readonly pid: number;
  readonly config: string;
  readonly runningForMs: number;
  readonly link: 'away' | 'blind' | 'connected';
  readonly passes: number;
  readonly lastGoodPassAgoMs?: number;
  readonly breakerOpen: boolean;
  readonly failing: readonly {
    readonly subject: string;
    readonly message: string;
    readonly attempts: number;
    readonly retryInMs: number;
  }[];
}

const links = {
  connected: 'follows the engine',
  blind: 'sees the engine, but not its events',
  away: 'waits for the engine',
} as const;

function ago(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${String(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${String(minutes)} min` : `${String(Math.round(minutes / 60))} h`;
}

/** Every watch that runs, and what it cannot do. */
export function watchLines(watches: readonly Watch[]): string[] {
  if (watches.length === 0) return ['watch  not running'];
  return watches.flatMap(watch => {
    const { pid, config, runningForMs, link, lastGoodPassAgoMs, breakerOpen, failing } = watch;
    const last = lastGoodPassAgoMs === undefined ? 'no pass yet' : `last pass ${ago(lastGoodPassAgoMs)} ago`;
    const held = breakerOpen ? ', changes nothing for the time being' : '';
    return [
      escapeLine(
        `watch  ${links[link]} (pid ${String(pid)}, for ${ago(runningForMs)}, ${config}), ${last}${held}`,
      ),
      ...failing.map(({ subject, message, attempts, retryInMs }) =>
        escapeLine(
          `  x ${subject}: ${message} (${String(attempts)} attempts, the next in ${ago(retryInMs)})`,
        ),
      ),
    ];
  });
}
