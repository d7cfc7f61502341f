import { ExitCode } from '../model/errors.js';
import { KernelError } from './kernel-error.js';

/** What work on other processes' network namespaces takes (engine fact E29), by bit of `CapEff`. */
const capabilities = { CAP_NET_ADMIN: 12n, CAP_SYS_PTRACE: 19n, CAP_SYS_ADMIN: 21n } as const;

export type Capability = keyof typeof capabilities;

export const neededCapabilities = Object.keys(capabilities) as readonly Capability[];

/** Which of the needed ones a process has not, by its /proc/PID/status. */
export function missingCapabilities(status: string): readonly Capability[] {
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return neededCapabilities.filter(name => ((mask >> capabilities[name]) & 1n) === 0n);
}

/** All that is missing, in one message. */
export function missingRights(
  attempted: string,
  missing: readonly Capability[] = neededCapabilities,
): KernelError {
  const all = neededCapabilities.join(' ');
  return new KernelError(
    'privileges',
    `Cannot ${attempted}: it takes ${all.replaceAll(' ', ', ')}${without(missing)}.`,
    {
      exit: ExitCode.privileges,
      hints: [
        'Run it as root: sudo fairlead …',
        `In a systemd unit: AmbientCapabilities=${all}`,
        'Without warps it needs none of them: --only networks,attachments,proxies',
      ],
    },
  );
}

function without(missing: readonly Capability[]): string {
  if (missing.length === neededCapabilities.length) return '';
  return `, and ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
}
