import { durationMs } from '../../lib/config/duration.js';
import { isEngineFailure } from '../../lib/docker/failures/engine-error.js';
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
import type { GlobalFlags } from '../flags/global-flags.js';
import { jobsFrom } from '../flags/job-flags.js';
import { noConfig } from '../no-config.js';
import type { WholePassFlags } from '../passes/whole-pass.js';
import { onFileChange } from './config-changes.js';
import { refuseOtherConfig, warnOfOtherWatches } from './other-watch.js';
import { openObservers } from './observers.js';
import { passRunner } from './pass-runner.js';
import { ConfigReloader } from './reload.js';
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

/** The time that a start takes longer at most where the engine is there and does not answer. */
const socketPatienceMs = 2000;

/**
 * A socket that may not be opened is a matter of rights, and ends what has just been started: nothing that happens
 * later would mend it. An engine that is not there yet, or does not answer, is waited for.
 */
async function checkSocket({ events, url }: Connection): Promise<void> {
  if (!url.startsWith('unix:')) return;
  try {
    await events.ping(AbortSignal.timeout(socketPatienceMs));
  } catch (error) {
    // Who answers has let us in: a proxy that forbids this call may allow others.
    if (isEngineFailure(error, 'denied') && error.status === undefined) throw error;
  }
}

/** Keeps everything as declared until a signal ends it. Gives the exit code: 0 where it was asked to end. */
export async function runWatch(
  flags: WatchFlags,
  { json, version }: { readonly json: boolean; readonly version: string },
): Promise<ExitCode> {
  let connection = await connect(flags);
  const { log, config, configFile } = connection;
  if (configFile === undefined) throw noConfig('There is no config, and watch keeps what one declares.');
  await checkSocket(connection);
  await checkRights(connection, flags);
  await refuseOtherConfig(connection, flags.force ?? false);
  await warnOfOtherWatches(connection);
  let underWay: UnderWay | undefined;
  // From the first signal on it is yet to be done, whatever the pass is at then.
  let isWithdrawn = false;
  const owed = (): readonly UnderWay[] =>
    connection.config.warp.on_exit === 'withdraw' && !isWithdrawn ? [withdrawal] : [];
  const stop = listenForStop(log, () => [...(underWay ? [underWay] : []), ...owed()]);
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
    () =>
      watchReport(identity, loop.status(), systemClock.now(), {
        configRefusedAt: observers.configRefusedAt(),
      }),
    observers.health,
    log,
  );
  const reloader = new ConfigReloader({ flags, started: config, tell: observers.config });
  const reloads = new Reloads(systemClock, async request => {
    observers.reloading();
    const next = await reloader.read(connection, request);
    if (typeof next === 'object') {
      connection = next;
      loop.requestFullPass(request.causes.join(', '));
    }
    observers.reloaded();
    return next === 'unsure' ? next : 'over';
  });
  stop.onReload = () => void reloads.request('SIGHUP');
  const unwatch = onFileChange(configFile, {
    version: connection.configVersion,
    changed: () => void reloads.request('the config has changed'),
    unwatchable: () =>
      log.warn('the config file cannot be watched: it is looked at every 30 s, and SIGHUP reads it anew', {
        file: configFile,
      }),
    clock: systemClock,
  });
  try {
    const end = await loop.ended;
    if (connection.config.warp.on_exit !== 'withdraw') return end.exit;
    const withdrawn = await withdrawWarps(connection);
    isWithdrawn = true;
    return end.exit === ExitCode.asDesired ? withdrawn : end.exit;
  } finally {
    unwatch();
    reloads.close();
    connection.journal.forgetEngine();
    await closeStatus();
    await observers.close();
    log.info('stopped');
  }
}
