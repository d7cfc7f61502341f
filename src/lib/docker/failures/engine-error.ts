import { ExitCode, FairleadError } from '../../model/errors.js';

/** What a failed call means for whoever made it. */
export type EngineFailure =
  /** Nobody answers at the endpoint. */
  | 'unreachable'
  /** The socket, TLS or a socket proxy does not let us in, or not do this. */
  | 'denied'
  /** The call did not end in time. */
  | 'timeout'
  /** The answer is not what an engine says. */
  | 'malformed'
  /** The container, network or plugin named is not there. */
  | 'not-found'
  /** The container is on that network already. */
  | 'already-connected'
  /** The container is not on that network. */
  | 'not-connected'
  /** A network of that name exists. */
  | 'name-taken'
  | 'ambiguous'
  | 'pool-exhausted'
  | 'subnet-overlap'
  | 'in-use'
  /** The engine says no and will go on saying so. */
  | 'refused'
  /** The engine failed for a reason of its own; worth another try. */
  | 'transient'
  /** The events stopped coming; what happened since is not known. */
  | 'stream-ended'
  /** We ended the call ourselves. */
  | 'aborted';

const exitOf: Partial<Record<EngineFailure, ExitCode>> = {
  unreachable: ExitCode.unreachable,
  timeout: ExitCode.unreachable,
  malformed: ExitCode.unreachable,
  'stream-ended': ExitCode.unreachable,
  denied: ExitCode.privileges,
};

export interface EngineErrorOptions {
  failure: EngineFailure;
  /** HTTP status, where there was an answer. */
  status?: number;
  hints?: readonly string[];
  cause?: unknown;
}

/** A call to the engine that failed, translated once, in the adapter. */
export class EngineError extends FairleadError {
  readonly failure: EngineFailure;
  readonly status: number | undefined;

  constructor(message: string, options: EngineErrorOptions) {
    super(message, {
      code: `engine-${options.failure}`,
      exit: exitOf[options.failure] ?? ExitCode.failed,
      ...(options.hints ? { hints: options.hints } : {}),
      cause: options.cause,
    });
    this.failure = options.failure;
    this.status = options.status;
  }
}

export function isEngineFailure(error: unknown, ...failures: readonly EngineFailure[]): error is EngineError {
  return error instanceof EngineError && failures.includes(error.failure);
}
