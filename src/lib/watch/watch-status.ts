import type { ExitCode } from '../model/errors.js';
import type { BreakerState } from './passes/breaker.js';
import type { FailingObject } from './passes/failing.js';

export interface WatchEnd {
  /** `failed` only with `failFast`. */
  readonly why: 'stopped' | 'failed';
  readonly exit: ExitCode;
}

/** `blind`: the engine answers, but its events cannot be followed. Passes are then made at resyncs and on SIGHUP alone. */
export type EngineLink = 'away' | 'blind' | 'connected';

/** Where the loop stands, all times on its own clock. */
export interface WatchStatus {
  readonly link: EngineLink;
  readonly passes: number;
  readonly passRunning: boolean;
  /** The running pass has given no sign for minutes. */
  readonly stuck: boolean;
  /** When a pass last ended that had not failed as a whole. */
  readonly lastGoodPassAt: number | undefined;
  readonly failing: readonly FailingObject[];
  readonly breaker: BreakerState;
}

export interface WatchLoop {
  /** Never fails for anything that an engine can do. */
  readonly ended: Promise<WatchEnd>;
  /** Asks for a full pass as soon as the engine is there. It attempts also what has been failing. */
  requestFullPass(cause: string): void;
  status(): WatchStatus;
}
