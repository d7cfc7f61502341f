import type { EngineFailure } from './engine-error.js';

/** Why a connection failed, and what to do about it. */
export interface Explanation {
  readonly failure: EngineFailure;
  /** A clause for after «Cannot reach the engine at … : », without a full stop. */
  readonly why: string;
  readonly hints?: readonly string[];
}
