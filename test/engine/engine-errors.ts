/** This machine cannot run private engines; the message says what is missing and what to do about it. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}

/** An engine's daemon ended, or did not answer in time; the message carries the tail of its log. */
export class EngineStartError extends Error {
  override readonly name = 'EngineStartError';
}

/** The engine refused a request. */
export class EngineApiError extends Error {
  override readonly name = 'EngineApiError';
  readonly status: number;
  readonly reason: string;

  constructor(request: string, status: number, reason: string) {
    super(`${request}: ${String(status)} ${reason}`);
    this.status = status;
    this.reason = reason;
  }
}

/** A command run for an engine (its docker CLI, or something in its network namespace) failed. */
export class EngineCommandError extends Error {
  override readonly name = 'EngineCommandError';
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor(command: string, exitCode: number | undefined, stderr: string, cause?: unknown) {
    super(`${command} failed (${String(exitCode ?? 'not run')}): ${stderr}`, { cause });
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}
