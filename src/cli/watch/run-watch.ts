import { durationMs } from '../../lib/config/duration.js';
import { ExitCode } from '../../lib/model/errors.js';
import { countedEvents } from '../../lib/watch/counted-events.js';
import { systemClock } from '../../lib/watch/clock.js';
import { hostProcesses } from '../../lib/watch/departures/host-processes.js';
import { watchReport } from '../../lib/watch/watch-report.js';
import { Reloads } from '../../lib/watch/reloads.js';
import { type UnderWay, stepUnderWay, withdrawal } from '../../lib/watch/under-way.js';
import { watchLoop } from '../../lib/watch/loop.js';
import { warpDeclaration } from '../../lib/warps/routes/declaration.js';
import { closesTraffic } from '../../lib/warps/changes/safe-order.js';
import { needsKernel } from '../../lib/warps/inspection.js';
import { type Connection, connect } from '../connection.js';
import type { GlobalFlags } from '../global-flags.js';
import { jobsFrom } from '../job-flags.js';
import { noConfig } from '../no-config.js';
import type { WholePassFlags } from '../whole-pass.js';
import { onFileChange } from './config-changes.js';
import { refuseOtherConfig } from './other-watch.js';
import { openObservers } from './observers.js';
import { passRunner } from './pass-runner.js';
import { reloadConfig } from './reload.js';
import { leavesAtStop } from './routed.js';
import { serveStatus } from './status-socket.js';
import { listenForStop } from './stop-signals.js';
import { withdrawWarps } from './withdraw.js';

export type WatchFlags = GlobalFlags &
  WholePassFlags & { readonly metrics?: string | undefined; readonly 'fail-fast'?: boolean };

/** What would make every pass fail is said at once, before anything is watched. */
async function checkRights({ config, kernel }: Connection, flags: WatchFlags): Promise<void> {
  const only = jobsFrom(flags.only);
  if (only && !only.has('warps')) return;
  if (!needsKernel(warpDeclaration(config), { containers: [] })) return;
  const access = await kernel();
  await access.kernel?.check();
}

/** Keeps everything as declared until a signal ends it. Gives the exit code: 0 where it was asked to end. */
export async function runWatch(
  flags: WatchFlags,
  { json, version }: { readonly json: boolean; readonly version: string },
): Promise<ExitCode> {
  let connection = await connect(flags);
  const { log, config, configFile } = connection;
  if (configFile === undefined) throw noConfig();
  await checkRights(connection, flags);
  await refuseOtherConfig(connection, flags.force ?? false);
  let underWay: UnderWay | undefined;
  const stop = listenForStop(log, () => underWay);
  const observers = await openObservers(connection, {
    metrics: flags.metrics ?? config.watch.metrics,
    json,
    clock: systemClock,
    version,
  });
  const loop = watchLoop({
    events: countedEvents(connection.events, observers.engineEvent),
    runPass: passRunner(() => connection, {
      flags,
      seen: observers.seen,
      at: step => (underWay = step && stepUnderWay(step)),
    }),
    clock: systemClock,
    random: Math.random,
    closesTraffic,
    processes: hostProcesses(),
    leavesAtStop: () => leavesAtStop(connection.config),
    resyncMs: durationMs(config.watch.resync),
    failFast: (flags['fail-fast'] ?? false) || config.fail_fast,
    observer: observers.observe,
    signal: stop.signal,
  });
  const identity = {
    pid: process.pid,
    config: configFile,
    engine: connection.url,
    startedAt: systemClock.now(),
  };
  const closeStatus = await serveStatus(
    () => watchReport(identity, loop.status(), systemClock.now()),
    observers.health,
    log,
  );
  const reloads = new Reloads(systemClock, async cause => {
    observers.reloading();
    const next = await reloadConfig(connection, flags, config);
    if (next) {
      connection = next;
      loop.requestFullPass(cause);
    }
    observers.reloaded();
  });
  stop.onReload = () => void reloads.request('SIGHUP');
  const unwatch = onFileChange(
    configFile,
    () => void reloads.request('the config has changed'),
    () => log.warn('the config file cannot be watched: SIGHUP reads it anew', { file: configFile }),
  );
  try {
    const end = await loop.ended;
    if (connection.config.warp.on_exit !== 'withdraw') return end.exit;
    underWay = withdrawal;
    const withdrawn = await withdrawWarps(connection);
    underWay = undefined;
    return end.exit === ExitCode.asDesired ? withdrawn : end.exit;
  } finally {
    unwatch();
    reloads.close();
    await closeStatus();
    await observers.close();
  }
}
