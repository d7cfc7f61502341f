import type { Endpoint } from './endpoint/endpoint.js';
import { classifyAnswer } from './failures/classify.js';
import { describeConnectionFailure } from './failures/connection-failure.js';
import { EngineError } from './failures/engine-error.js';
import { isTlsComplaint } from './failures/tls-failure.js';

/** How long one call may take, in milliseconds. */
export interface Deadlines {
  readonly read: number;
  readonly write: number;
}

/** Connects on one container wait for each other in the engine. */
export const defaultDeadlines: Deadlines = { read: 20_000, write: 60_000 };

interface AnswerError {
  readonly statusCode: number;
  readonly json?: unknown;
}

function isAnswerError(error: unknown): error is AnswerError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}

/** The engine's own words, if the body of the answer is JSON as an engine writes it. */
function spokenBy(error: AnswerError): string | undefined {
  const { json } = error;
  if (typeof json !== 'object' || json === null || !('message' in json)) return undefined;
  return typeof json.message === 'string' ? json.message : undefined;
}

/** Calls of an engine: each ends within its time, and what ends it otherwise says what was attempted and why it failed. */
export class Calls {
  readonly #endpoint: Endpoint;
  readonly #deadlines: Deadlines;

  constructor(endpoint: Endpoint, deadlines: Deadlines) {
    this.#endpoint = endpoint;
    this.#deadlines = deadlines;
  }

  /** Throws an EngineError, whatever goes wrong. */
  async attempt<T>(
    kind: keyof Deadlines,
    attempted: string,
    signal: AbortSignal | undefined,
    call: (abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const deadlineMs = this.#deadlines[kind];
    const deadline = AbortSignal.timeout(deadlineMs);
    try {
      return await call(signal ? AbortSignal.any([signal, deadline]) : deadline);
    } catch (error) {
      if (error instanceof EngineError) throw error;
      if (isAnswerError(error) && !isTlsComplaint(error)) {
        throw classifyAnswer(attempted, error.statusCode, spokenBy(error));
      }
      if (signal?.aborted) {
        throw new EngineError(`Interrupted while trying to ${attempted}.`, { failure: 'aborted' });
      }
      if (deadline.aborted) {
        throw new EngineError(
          `Could not ${attempted}: no answer within ${String(deadlineMs / 1000)} s from ${this.#endpoint.url}.`,
          { failure: 'timeout', hints: ['Does `docker info` answer? The engine may hang or be overloaded.'] },
        );
      }
      throw describeConnectionFailure(this.#endpoint, error);
    }
  }
}
