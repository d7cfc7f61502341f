/**
 * The process exit codes, a contract with scripts: `0` as desired, `1` an operation failed, `2` wrong usage or
 * invalid config, `3` differences remain, `4` engine unreachable, `5` insufficient privileges; ended by SIGINT or
 * SIGTERM, what a shell calls that.
 */
export const ExitCode = {
  asDesired: 0,
  failed: 1,
  usage: 2,
  differences: 3,
  unreachable: 4,
  privileges: 5,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface FairleadErrorOptions {
  /** Stable, machine-readable name of the failure, `kebab-case`. */
  code: string;
  exit: ExitCode;
  /** What the reader can do about it; one sentence or command each. */
  hints?: readonly string[];
  cause?: unknown;
}

/**
 * An expected failure: it is shown as its message and hints, never as a stack trace.
 * The message says what was attempted on what and why it failed.
 */
export class FairleadError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly hints: readonly string[];

  constructor(message: string, options: FairleadErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.exit = options.exit;
    this.hints = options.hints ?? [];
  }
}

/** Wrong flags, arguments or names: refused before anything is read or changed. */
export class UsageError extends FairleadError {
  constructor(message: string, hints: readonly string[] = []) {
    super(message, { code: 'usage', exit: ExitCode.usage, hints });
  }
}

/** A named network or container is not there, or the name stands for several. */
export class LookupError extends FairleadError {
  constructor(message: string, hints: readonly string[] = []) {
    super(message, { code: 'lookup', exit: ExitCode.failed, hints });
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
