import type { Plan } from '../../model/plan.js';
import type { Report } from '../../model/report.js';
import type { Step } from '../../model/step.js';
import type { Routed } from '../departures/known-processes.js';
import type { Departing } from '../departures/mark-departures.js';
import type { Unread } from './unread.js';

/** What the loop asks of a pass. */
export interface PassRequest {
  /** What to read anew beyond the lists: everything (start, reconnect, resync), or these containers (by ID). */
  readonly forget: 'everything' | ReadonlySet<string>;
  /**
   * Containers of steps that failed, by ID: they are read anew too. For one that the engine did not answer for, that is
   * no reason to expect an answer; an event that names it is.
   */
  readonly retry: ReadonlySet<string>;
  /** Read anew also all that is in the kernel: no event tells of what anybody does there. */
  readonly kernelAnew: boolean;
  /** Look at the proxies alone, as quickly as can be: a pass over everything follows. */
  readonly only?: 'proxies';
  /** What is known of containers that the engine may still list as running. It changes while the pass runs. */
  readonly departing: ReadonlyMap<string, Departing>;
  /** Why, for the audit line: `container start shop-web-1`, `resync`, `SIGHUP`. Escaped, and only a few. */
  readonly causes: readonly string[];
  /**
   * Why a step is not attempted at present; `undefined`: it is. Asked right before each step, since the answer may
   * have changed with what happened in the meantime.
   */
  readonly heldBack: (step: Step) => string | undefined;
  /** To be called with each plan before anything of it is done: what it warns of is told by then. */
  readonly onPlan: (plan: Plan) => void;
  /** To be called at each step: a pass that gives no sign for minutes is taken for stuck. */
  readonly onProgress: () => void;
}

/**
 * A throw: the pass failed as a whole, the engine did not answer for instance. What failed of it is in the report. Also
 * one that throws has forgotten what it was asked to: the next one is not asked for that again.
 */
export type RunPass = (request: PassRequest, signal: AbortSignal) => Promise<PassOutcome>;

export interface PassOutcome {
  readonly report: Report;
  /** Whether anything was looked at that is kept in the kernel. */
  readonly keepsKernel?: boolean;
  /** What could not be read, for a reason that may be over in a moment. */
  readonly unread?: Unread;
  /** In how long the engine is to be asked again for a container that it did not answer for. */
  readonly askAgainInMs?: number;
  /** The containers that the proxies route to. */
  readonly routed?: Routed;
}
