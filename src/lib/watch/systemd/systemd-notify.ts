import { access, constants } from 'node:fs/promises';
import { execa } from 'execa';
import { escapeLine } from '../../model/escape.js';
import { messageOf } from '../../model/errors.js';
import type { Log } from '../../model/log.js';

/** What sd_notify(3) knows, by name: `{ READY: '1', STATUS: '…' }`. */
export type Notification = Readonly<Record<string, string>>;

/** Tells the service manager. It never waits and never fails; what was to be told is told in order. */
export interface Notifier {
  notify(notification: Notification): void;
  /** Ends once everything was told, or could not be. */
  settled(): Promise<void>;
}

export type SendNotification = (assignments: readonly string[]) => Promise<void>;

/** Where distributions have it. Not the caller's PATH: it is run with the rights of a service. */
const programs = [
  '/usr/bin/systemd-notify',
  '/bin/systemd-notify',
  '/run/current-system/sw/bin/systemd-notify',
];

/** systemd-notify itself waits up to 5 s for the manager to take the message. */
const deadlineMs = 10_000;

/** Of these the order counts, so no two of them go into one message. */
const states = ['READY', 'RELOADING', 'STOPPING'];

function hasState(notification: Notification): boolean {
  return states.some(state => state in notification);
}

/**
 * One message at a time. What comes while one is under way is put together into the next, so that a manager that does
 * not listen costs a bounded queue.
 */
export function queueNotifications(send: SendNotification, log: Log): Notifier {
  const queue: Notification[] = [];
  let draining: Promise<void> | undefined;
  let toldOfFailure = false;

  const drain = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      try {
        // A line break would begin an assignment of its own.
        await send(Object.entries(next).map(([name, value]) => `${name}=${escapeLine(value)}`));
      } catch (error) {
        if (toldOfFailure) continue;
        toldOfFailure = true;
        log.warn(`Could not tell systemd how it goes: ${escapeLine(messageOf(error))}`);
      }
    }
    draining = undefined;
  };

  return {
    notify: notification => {
      const last = queue.at(-1);
      if (last && !(hasState(last) && hasState(notification))) {
        queue[queue.length - 1] = { ...last, ...notification };
      } else {
        queue.push(notification);
      }
      draining ??= drain();
    },
    settled: async () => {
      await draining;
    },
  };
}

async function findProgram(candidates: readonly string[]): Promise<string> {
  for (const program of candidates) {
    try {
      await access(program, constants.X_OK);
      return program;
    } catch {
      continue;
    }
  }
  throw new Error('the program systemd-notify is not on this machine; it is part of systemd.');
}

/**
 * By the program that systemd has for it, since Node cannot open a datagram socket of the family AF_UNIX. It waits
 * until the manager has taken the message: one whose sender is gone by then cannot be traced to a unit, unless it was
 * sent in the name of its parent, for which it takes CAP_SYS_ADMIN.
 */
export function sendBySystemdNotify(
  socket: string,
  candidates: readonly string[] = programs,
): SendNotification {
  let program: Promise<string> | undefined;
  return async assignments => {
    program ??= findProgram(candidates);
    const path = await program;
    const { failed, stderr, shortMessage } = await execa(path, assignments, {
      env: { NOTIFY_SOCKET: socket },
      extendEnv: false,
      stdin: 'ignore',
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      reject: false,
    });
    if (failed) throw new Error(stderr === '' ? shortMessage : stderr);
  };
}
