import { escapeLine } from '../model/escape.js';

interface Watch {
  readonly pid: number;
  readonly config: string;
  readonly engine: string;
  readonly runningForMs: number;
  readonly link: 'away' | 'blind' | 'connected';
  readonly passes: number;
  readonly lastGoodPassAgoMs?: number;
  readonly breakerOpen: boolean;
  readonly configRefusedForMs?: number;
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

/** Every watch that runs, and what it cannot do. An engine is named unless it is the one that was asked about. */
export function watchLines(watches: readonly Watch[], askedAbout?: string): string[] {
  if (watches.length === 0) return ['watch  not running'];
  return watches.flatMap(watch => {
    const {
      pid,
      config,
      runningForMs,
      link,
      lastGoodPassAgoMs,
      breakerOpen,
      configRefusedForMs,
      failing,
      engine,
    } = watch;
    const whose = engine === askedAbout ? '' : ` ${engine}`;
    const last = lastGoodPassAgoMs === undefined ? 'no pass yet' : `last pass ${ago(lastGoodPassAgoMs)} ago`;
    const held = breakerOpen ? ', changes nothing for the time being' : '';
    return [
      escapeLine(
        `watch  ${links[link]}${whose} (pid ${String(pid)}, for ${ago(runningForMs)}, ${config}), ${last}${held}`,
      ),
      ...(configRefusedForMs === undefined
        ? []
        : [
            `  x the config on disk is refused for ${ago(configRefusedForMs)}, and the one before it in force: fairlead validate-config`,
          ]),
      ...failing.map(({ subject, message, attempts, retryInMs }) =>
        escapeLine(
          `  x ${subject}: ${message} (${String(attempts)} attempts, the next in ${ago(retryInMs)})`,
        ),
      ),
    ];
  });
}
