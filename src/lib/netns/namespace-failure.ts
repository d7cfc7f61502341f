import { ExitCode } from '../model/errors.js';
import { escapeLine } from '../model/escape.js';
import type { ContainerProcess } from '../model/namespace.js';
import { KernelError } from './kernel-error.js';
import { missingRights } from './rights.js';
import { codeOf } from '../model/error-code.js';

/** What the failure of a look at a process in /proc means. */
export function describeLook(process: ContainerProcess, error: unknown): unknown {
  const code = codeOf(error) ?? '';
  if (['ENOENT', 'ESRCH'].includes(code)) return gone(process);
  if (['EACCES', 'EPERM'].includes(code)) {
    return missingRights(`open the network namespace of ${nameOf(process)}`);
  }
  return error;
}

function nameOf({ name }: ContainerProcess): string {
  return `container ${escapeLine(name)}`;
}

export function gone(process: ContainerProcess): KernelError {
  return new KernelError(
    'gone',
    `The process of ${nameOf(process)} (PID ${String(process.pid)}) has ended since it was looked at.`,
    { exit: ExitCode.failed, hints: ['Run the command again: a restarted container has a new namespace.'] },
  );
}

export function hostNamespace(process: ContainerProcess): KernelError {
  return new KernelError(
    'host-namespace',
    `Will not touch the network namespace of ${nameOf(process)}: it is the host's own.`,
    {
      exit: ExitCode.failed,
      hints: [
        'A container with network_mode: host has no routing of its own; give it a network to route it.',
      ],
    },
  );
}

export function notHere(process: ContainerProcess): KernelError {
  return new KernelError(
    'not-here',
    `The process that the engine names for ${nameOf(process)} (PID ${String(process.pid)}) is another one here.`,
    {
      exit: ExitCode.failed,
      hints: [
        'Is the engine on another host, or in a virtual machine (Docker Desktop)? Run Fairlead where the containers run.',
        'In a container Fairlead needs the PIDs of the host: --pid host.',
      ],
    },
  );
}
