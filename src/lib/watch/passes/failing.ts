import { isDeepStrictEqual } from 'node:util';
import type { Report, StepFailure, StepResult } from '../../model/report.js';
import type { Job, Step } from '../../model/step.js';
import { type BackOff, equalJitterMs } from './back-off.js';
import type { Evidence } from './breaker.js';
import { objectOf } from './step-object.js';

/** A container on a network, a container or a network that cannot be made as it should be. */
export interface FailingObject {
  /** Escaped. */
  readonly subject: string;
  readonly step: Step;
  readonly failure: StepFailure;
  /** Times it was attempted. */
  readonly attempts: number;
  /** On the loop's clock: since when, and when it is attempted again. */
  readonly since: number;
  readonly retryAt: number;
}

/** What a pass meant for what is failing. */
export interface Recorded {
  readonly failed: readonly FailingObject[];
  readonly recovered: readonly FailingObject[];
  readonly evidence: Evidence;
}

const untilRetry: BackOff = { initialMs: 1000, maxMs: 300_000 };
/** Traffic goes where it must not until it is done. */
const untilClosingRetry: BackOff = { initialMs: 1000, maxMs: 2000 };

/** The same change for the same reason or another: a route that has to lead elsewhere by now is another one. */
function isSame(one: Step, other: Step): boolean {
  return isDeepStrictEqual({ ...one, reason: '' }, { ...other, reason: '' });
}

/** What was last said of each object: a pass may have several rounds. */
function lastResults(report: Report): Map<string, StepResult> {
  return new Map(report.results.map(result => [objectOf(result.step).key, result]));
}

/**
 * What failed is set apart: it is attempted again after a wait that doubles, and meanwhile stops nothing else. It is
 * forgotten once it succeeds, or is not planned any more.
 */
export class Failing {
  readonly #objects = new Map<string, FailingObject>();
  readonly #random: () => number;
  readonly #closesTraffic: (step: Step) => boolean;

  constructor(random: () => number, closesTraffic: (step: Step) => boolean = () => false) {
    this.#random = random;
    this.#closesTraffic = closesTraffic;
  }

  get objects(): readonly FailingObject[] {
    return [...this.#objects.values()];
  }

  /** When the first of them is to be attempted again. */
  get retryAt(): number | undefined {
    return firstOf(this.objects);
  }

  /** When the first is that cannot wait for the others. */
  get closingRetryAt(): number | undefined {
    return firstOf(this.objects.filter(({ step }) => this.#closesTraffic(step)));
  }

  /** Those whose time has come. */
  due(now: number): readonly FailingObject[] {
    return this.objects.filter(({ retryAt }) => retryAt <= now);
  }

  /** Something may have changed for all of them. */
  retryAll(now: number): void {
    for (const [key, object] of this.#objects) this.#objects.set(key, { ...object, retryAt: now });
  }

  /** Why a step is not attempted at present. One that differs from what failed is, and one that cannot wait. */
  heldBack(step: Step, now: number): string | undefined {
    if (this.#closesTraffic(step)) return undefined;
    const object = this.#objects.get(objectOf(step).key);
    if (!object || object.retryAt <= now || !isSame(object.step, step)) return undefined;
    const seconds = Math.ceil((object.retryAt - now) / 1000);
    const times = object.attempts === 1 ? 'it failed' : `it failed ${String(object.attempts)} times`;
    return `${times}; the next attempt is in ${String(seconds)} s`;
  }

  /** Takes what a pass that was to change things came to; one over a single job says nothing of the others. */
  record(report: Report, now: number, only?: Job): Recorded {
    const results = lastResults(report);
    const failed: FailingObject[] = [];
    const recovered: FailingObject[] = [];
    for (const [key, object] of this.#objects) {
      if (only && object.step.job !== only) continue;
      const outcome = results.get(key)?.outcome;
      if (outcome === undefined || outcome === 'done' || outcome === 'unchanged') {
        this.#objects.delete(key);
        recovered.push(object);
      } else if (outcome !== 'failed' && object.retryAt <= now) {
        // Its time had come, and something else kept it from being attempted.
        this.#objects.set(key, { ...object, retryAt: this.#retryAt(object.step, object.attempts, now) });
      }
    }
    let isNew = false;
    for (const [key, { step, failure }] of results) {
      if (!failure) continue;
      const before = this.#objects.get(key);
      isNew ||= before === undefined;
      failed.push(this.#fail(key, step, failure, before, now));
    }
    return { failed, recovered, evidence: evidenceOf(report, isNew, only) };
  }

  #fail(
    key: string,
    step: Step,
    failure: StepFailure,
    before: FailingObject | undefined,
    now: number,
  ): FailingObject {
    const attempts = (before?.attempts ?? 0) + 1;
    const object = {
      subject: objectOf(step).subject,
      step,
      failure,
      attempts,
      since: before?.since ?? now,
      retryAt: this.#retryAt(step, attempts, now),
    };
    this.#objects.set(key, object);
    return object;
  }

  #retryAt(step: Step, attempts: number, now: number): number {
    const backOff = this.#closesTraffic(step) ? untilClosingRetry : untilRetry;
    return now + equalJitterMs(backOff, attempts, this.#random);
  }
}

function firstOf(objects: readonly FailingObject[]): number | undefined {
  let first: number | undefined;
  for (const { retryAt } of objects) first = Math.min(first ?? retryAt, retryAt);
  return first;
}

function evidenceOf({ results }: Report, newlyFailed: boolean, only: Job | undefined): Evidence {
  if (results.some(({ outcome }) => outcome === 'done' || outcome === 'unchanged')) return 'works';
  if (newlyFailed) return 'broken';
  return results.length === 0 && !only ? 'works' : 'nothing';
}
