import type { Plan } from '../model/plan.js';
import type { Report } from '../model/report.js';
import type { BreakerState } from './passes/breaker.js';
import type { FailingObject } from './passes/failing.js';
import type { Unread } from './passes/unread.js';

/** What is said of every pass. */
export interface PassFacts {
  /** Escaped already. */
  readonly causes: readonly string[];
  /** Nothing was to be changed but what cannot wait, because the breaker is open. */
  readonly dryRun: boolean;
  /** The rest was not looked at. */
  readonly only?: 'proxies';
}

/** What happens in the loop, for logs, metrics and the service manager. */
export type LoopEvent =
  /** The engine's events are followed; a pass over everything comes next. `again`: they had been lost. */
  | { readonly kind: 'connected'; readonly again: boolean }
  | { readonly kind: 'lost'; readonly error: unknown; readonly retryInMs: number }
  /** An attempt to follow the events failed. `blind`: the engine answers, but will not tell of events. */
  | {
      readonly kind: 'waiting';
      readonly error: unknown;
      readonly attempt: number;
      readonly retryInMs: number;
      readonly blind: boolean;
    }
  /** Events were lost on their way: everything is looked at. */
  | { readonly kind: 'overflow' }
  | ({ readonly kind: 'pass-begun' } & PassFacts)
  /** What a pass, or a further round of it, is about to do, and what there is to say before it does. */
  | ({ readonly kind: 'planned'; readonly plan: Plan } & PassFacts)
  | ({
      readonly kind: 'pass';
      readonly durationMs: number;
      readonly report: Report;
      /** Whether it changed anything. */
      readonly changed: boolean;
      /** What it could not read, for the moment. */
      readonly unread?: Unread;
    } & PassFacts)
  /** A pass that failed as a whole. */
  | ({
      readonly kind: 'pass-failed';
      readonly durationMs: number;
      readonly error: unknown;
      readonly retryInMs: number;
    } & PassFacts)
  /** A step on it failed, for the first time or again. */
  | { readonly kind: 'failing'; readonly object: FailingObject }
  /** What it failed at has been done, or is not wanted any more. */
  | { readonly kind: 'recovered'; readonly object: FailingObject }
  | { readonly kind: 'breaker'; readonly state: BreakerState }
  /** The loop turns, and no pass is stuck: what a watchdog wants to hear, every few seconds. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'stopping' };
