import { FairleadError, type FairleadErrorOptions } from '../model/errors.js';

export type KernelFailure =
  /** Rights are missing. */
  | 'privileges'
  /** A tool is missing, too old, or busybox's. */
  | 'tool'
  /** A tool did not end in time, was ended, or said more than is ever read. */
  | 'no-answer'
  /** The container has ended, or runs anew, since it was looked at. */
  | 'gone'
  /** The process is none of this container's: the engine is on another host, or the PID went to somebody else. */
  | 'not-here'
  /** The namespace is the host's own. */
  | 'host-namespace'
  /** What is there is not what was read: somebody else changed it meanwhile. */
  | 'conflict'
  /** The kernel refused it. */
  | 'refused';

/** A failure of something that was asked of the kernel. */
export class KernelError extends FairleadError {
  readonly failure: KernelFailure;

  constructor(failure: KernelFailure, message: string, options: Omit<FairleadErrorOptions, 'code'>) {
    super(message, { ...options, code: `kernel-${failure}` });
    this.failure = failure;
  }
}

export function isKernelFailure(error: unknown, ...failures: readonly KernelFailure[]): boolean {
  return error instanceof KernelError && failures.includes(error.failure);
}
