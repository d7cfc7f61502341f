import type { Log } from '../../lib/model/log.js';
import type { LoopEvent } from '../../lib/watch/loop-event.js';
import type { LoopState } from '../../lib/watch/loop-state.js';
import { ServiceManager } from '../../lib/watch/systemd/service-manager.js';
import { queueNotifications, sendBySystemdNotify } from '../../lib/watch/systemd/systemd-notify.js';
import { watchdogIntervalMs } from '../../lib/watch/systemd/watchdog.js';

export interface ServiceManagerLink {
  readonly note: (event: LoopEvent, state: LoopState, now: number) => void;
  readonly reloading: () => void;
  readonly reloaded: () => void;
  readonly settled: () => Promise<void>;
}

const nobody: ServiceManagerLink = {
  note: () => undefined,
  reloading: () => undefined,
  reloaded: () => undefined,
  settled: () => Promise.resolve(),
};

/** systemd, where it has started us and wants to be told. */
export function serviceManager(log: Log): ServiceManagerLink {
  const socket = process.env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return nobody;
  const notifier = queueNotifications(sendBySystemdNotify(socket), log);
  const manager = new ServiceManager(notifier, {
    watchdogMs: watchdogIntervalMs(process.env, process.pid),
    monotonicUsec: () => process.hrtime.bigint() / 1000n,
  });
  return {
    note: (event, state, now) => manager.note(event, state, now),
    reloading: () => manager.reloading(),
    reloaded: () => manager.reloaded(),
    settled: () => notifier.settled(),
  };
}
