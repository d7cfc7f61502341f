import { readFileSync } from 'node:fs';

/** A process beyond doubt: a pid alone is given to somebody else sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat. */
  readonly startTime: string;
  readonly bootId: string;
}

export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat && { pid, startTime: stat.startTime, bootId: currentBootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid);
  return (
    stat !== undefined &&
    !stat.isZombie &&
    stat.startTime === identity.startTime &&
    identity.bootId === currentBootId()
  );
}

function readStat(pid: number): { startTime: string; isZombie: boolean } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name in field 2 may itself hold blanks and parentheses: count from its last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  return startTime === undefined ? undefined : { startTime, isZombie: state === 'Z' || state === 'X' };
}

function currentBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
