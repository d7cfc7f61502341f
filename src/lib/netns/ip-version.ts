import { ExitCode } from '../model/errors.js';
import { escapeLine } from '../model/escape.js';
import { KernelError } from './kernel-error.js';
import type { IpDialect } from './routing/read-routing.js';
import { packageOf } from './tool-folders.js';
import type { RunTool } from './tools.js';

/** The first with protocols and ports in rules, and with JSON (kernel facts 1). */
const oldest = { version: [4, 17], date: 180_604 } as const;

/** Asks `ip` what it is; throws where it cannot do what is asked of it. */
export async function examineIp(run: RunTool, signal?: AbortSignal): Promise<IpDialect> {
  // Since 5.x it knows -N, and otherwise refuses it before it says its version.
  const numeric = await run({ tool: 'ip', args: ['-N', '-V'] }, signal);
  if (numeric.exitCode === 0 && isNewEnough(numeric.stdout)) return { numeric: true };
  const plain = await run({ tool: 'ip', args: ['-V'] }, signal);
  const said = `${plain.stdout}\n${plain.stderr}`.trim();
  if (plain.exitCode === 0 && isNewEnough(said)) return { numeric: false };
  throw unfit(said);
}

/** `ip utility, iproute2-6.1.0, libbpf 1.1.2`; before 5.0 it was a date: `ip utility, iproute2-ss170501`. */
export function isNewEnough(said: string): boolean {
  const date = /^ip utility, iproute2-ss(\d{6})\b/m.exec(said)?.[1];
  if (date !== undefined) return Number(date) >= oldest.date;
  const [, major, minor] = /^ip utility, iproute2-(\d+)\.(\d+)/m.exec(said) ?? [];
  if (major === undefined) return false;
  const [least, andLeast] = oldest.version;
  return Number(major) > least || (Number(major) === least && Number(minor) >= andLeast);
}

function unfit(said: string): KernelError {
  const [first = ''] = said.split('\n').filter(line => line.trim() !== '');
  const what = /busybox/i.test(said) ? "busybox's" : `"${escapeLine(first, 80)}"`;
  return new KernelError('tool', `The program ip is too little for routing: it is ${what}.`, {
    exit: ExitCode.failed,
    hints: [`Install ${packageOf('ip')} 4.17 or newer, of June 2018.`],
  });
}
