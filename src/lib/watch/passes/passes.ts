import { type ExitCode, ExitCode as Exit, FairleadError } from '../../model/errors.js';
import type { Step } from '../../model/step.js';
import { type Report, exitCodeOf } from '../../model/report.js';
import { Breaker, type Evidence } from './breaker.js';
import { withChildSignal } from '../child-signal.js';
import { StoppingContainers } from './stopping-containers.js';
import { Failing } from './failing.js';
import { Departures } from '../departures/departures.js';
import type { EngineEvent } from '../../docker/events/event-source.js';
import type { PassFacts } from '../loop-event.js';
import { OutdatedSteps } from './outdated-steps.js';
import type { PassOutcome, PassRequest } from './pass-request.js';
import type { PassesOptions } from './passes-options.js';
import { PassRetries } from './pass-retries.js';
import { PutOff } from './put-off.js';
import { type Collected, Schedule } from './schedule.js';
import { containersOf } from './step-object.js';
import type { Trigger } from '../triggers.js';
import { whyIncomplete } from './unread.js';

const paused = 'changes are paused, for none succeeded; all are tried again later';

async function attempt(pass: () => Promise<PassOutcome>): Promise<PassOutcome | { readonly error: unknown }> {
  try {
    return await pass();
  } catch (error) {
    return { error };
  }
}

/** A pass that has ended. */
interface Ended {
  readonly facts: PassFacts;
  readonly now: number;
  readonly durationMs: number;
}

/** Passes, one after the other, and what each of them means for the next. */
export class Passes {
  readonly schedule = new Schedule();
  readonly stopping = new StoppingContainers();
  readonly putOff = new PutOff();
  readonly retries: PassRetries;
  readonly failing: Failing;
  readonly breaker: Breaker;
  readonly departures: Departures;
  readonly #outdated = new OutdatedSteps();
  readonly #options: PassesOptions;
  #progressAt = 0;
  #lastGoodAt: number | undefined;
  #count = 0;
  #keepsKernel = false;
  /** Whether the running pass has come as far as a plan, of which it may have done a part. */
  #hasPlanned = false;

  /** `wake` is called where a pass is due now. */
  constructor(options: PassesOptions, wake: () => void) {
    this.#options = options;
    const { clock, random, processes, leavesAtStop = () => false, signal } = options;
    const request = (trigger: Trigger): void => {
      this.schedule.request(trigger);
      wake();
    };
    this.departures = new Departures({ clock, processes, leavesAtStop, request, signal });
    this.failing = new Failing(random, options.closesTraffic);
    this.breaker = new Breaker(random);
    this.retries = new PassRetries(random);
  }

  /** When the running pass last gave a sign. */
  get progressAt(): number {
    return this.#progressAt;
  }

  /** When the last full pass ended that did not fail as a whole. */
  get lastGoodAt(): number | undefined {
    return this.#lastGoodAt;
  }

  /** How many passes there were. */
  get count(): number {
    return this.#count;
  }

  /** Whether the last pass that could see kept anything in the kernel. */
  get keepsKernel(): boolean {
    return this.#keepsKernel;
  }

  /** When something failed has to be attempted again without an event. */
  get retryAt(): number | undefined {
    const { state } = this.breaker;
    if (state.is === 'closed') return this.failing.retryAt;
    return Math.min(state.probeAt, this.failing.closingRetryAt ?? Infinity);
  }

  note(event: EngineEvent): void {
    this.stopping.note(event, this.#options.clock.now());
    this.departures.note(event);
    this.#outdated.note(event);
  }

  eventsLost(): void {
    this.departures.forgetAll();
    this.#outdated.noteLostEvents();
  }

  /** Asks for a pass that attempts all of it, however lately it failed. */
  startAfresh(cause: string): void {
    const now = this.#options.clock.now();
    this.failing.retryAll(now);
    this.breaker.probeNow(now);
    this.retries.startAfresh();
    this.schedule.request({ forget: 'everything', cause });
  }

  /** Runs a pass over what has come together. With `failFast` returns the exit code that a failure ends the loop with. */
  async run(signal: AbortSignal): Promise<ExitCode | undefined> {
    const { clock, runPass } = this.#options;
    const begunAt = clock.now();
    const { facts, request } = this.#begin(begunAt);
    // `AbortSignal.any` inside engine calls registers on the signal given. A signal per pass keeps the long-lived one
    // from accumulating them.
    const outcome = await attempt(() => withChildSignal(signal, child => runPass(request, child)));
    const now = clock.now();
    const ended = { facts, now, durationMs: now - begunAt };
    return 'error' in outcome
      ? this.#failed(outcome.error, ended, signal)
      : this.#wentThrough(outcome, ended, signal);
  }

  #begin(now: number): { readonly facts: PassFacts; readonly request: PassRequest } {
    const dryRun = !this.breaker.allowsChanges(now);
    if (this.breaker.state.is === 'open' && !dryRun) this.failing.retryAll(now);
    const collected = this.schedule.begin(now);
    // The one pass that probes for an open breaker has to say something of all jobs.
    const only = this.breaker.state.is === 'closed' ? collected.only : undefined;
    const facts: PassFacts = { causes: collected.causes, dryRun, ...(only && { only }) };
    const request = this.#request(collected, facts, now);
    const { forget, retry } = request;
    this.departures.passBegins(forget === 'everything' ? forget : new Set([...forget, ...retry]));
    this.#outdated.passBegins(now);
    this.#hasPlanned = false;
    this.#options.observer({ kind: 'pass-begun', ...facts });
    this.#progressAt = now;
    this.#count += 1;
    return { facts, request };
  }

  #request({ forget, kernelAnew }: Collected, facts: PassFacts, begunAt: number): PassRequest {
    const { clock, observer } = this.#options;
    const { causes, dryRun, only } = facts;
    const onProgress = (): number => (this.#progressAt = clock.now());
    const due = this.failing.due(begunAt).flatMap(({ step }) => containersOf(step));
    return {
      forget,
      retry: new Set(due),
      kernelAnew,
      causes,
      ...(only && { only }),
      departing: this.departures.departing,
      heldBack: step => this.#heldBack(step, dryRun),
      onPlan: plan => {
        this.#hasPlanned = true;
        onProgress();
        observer({ kind: 'planned', plan, ...facts });
      },
      onProgress,
    };
  }

  #heldBack(step: Step, dryRun: boolean): string | undefined {
    const now = this.#options.clock.now();
    return (
      this.stopping.heldBack(step, now) ??
      this.putOff.heldBack(step, now) ??
      (dryRun && !this.#options.closesTraffic(step) ? paused : undefined) ??
      this.failing.heldBack(step, now) ??
      this.#outdated.heldBack(step, now)
    );
  }

  /**
   * A pass that failed as a whole: another one follows. Where it had planned, it is not known how far it got, and
   * everything is read again. Before that nothing was changed, and what it could read counts: an engine that is
   * overloaded is not asked all of it again every time.
   */
  #failed(error: unknown, { facts, now, durationMs }: Ended, signal: AbortSignal): ExitCode | undefined {
    const { observer, failFast = false } = this.#options;
    this.schedule.end(now, false);
    if (signal.aborted) return undefined;
    const retryInMs = this.retries.passFailed(now, this.#keepsKernel);
    this.schedule.request({ forget: this.#hasPlanned ? 'everything' : [], cause: 'the last pass failed' });
    observer({ kind: 'pass-failed', durationMs, error, retryInMs, ...facts });
    if (!facts.dryRun) this.#tellBreaker('broken', now);
    if (!failFast) return undefined;
    return error instanceof FairleadError ? error.exit : Exit.failed;
  }

  #wentThrough(
    { report, keepsKernel = false, unread, askAgainInMs, routed = new Map<string, never>() }: PassOutcome,
    { facts, now, durationMs }: Ended,
    signal: AbortSignal,
  ): ExitCode | undefined {
    const { observer, failFast = false } = this.#options;
    const isFull = facts.only === undefined;
    if (isFull) {
      if (unread?.kernel === undefined) this.#keepsKernel = keepsKernel;
      this.schedule.mayCloseTraffic = this.#keepsKernel;
      this.retries.noteUnread(unread, now, this.#keepsKernel);
      this.retries.noteUnanswered(askAgainInMs === undefined ? undefined : now + askAgainInMs);
    }
    this.putOff.record(report);
    this.#outdated.record(report);
    const changed = report.results.some(({ outcome }) => outcome === 'done');
    this.schedule.end(now, changed);
    this.departures.passEnded(routed, signal);
    observer({ kind: 'pass', durationMs, report, changed, ...facts, ...(isFull && unread && { unread }) });
    // What was skipped because of an interruption says nothing.
    if (signal.aborted) return undefined;
    this.retries.passWentThrough();
    if (isFull && whyIncomplete(unread) === undefined) this.#lastGoodAt = now;
    this.#record(report, facts, now);
    const failed = report.results.some(({ outcome }) => outcome === 'failed');
    return failFast && failed ? exitCodeOf(report) : undefined;
  }

  #record(report: Report, { dryRun, only }: PassFacts, now: number): void {
    const { observer } = this.#options;
    const { failed, recovered, evidence } = this.failing.record(report, now, only);
    for (const object of failed) observer({ kind: 'failing', object });
    for (const object of recovered) observer({ kind: 'recovered', object });
    // Steps that close traffic are done anyway: they say nothing of whether the others would succeed.
    if (!dryRun) this.#tellBreaker(evidence, now);
  }

  #tellBreaker(evidence: Evidence, now: number): void {
    const isNews = this.breaker.record(evidence, now);
    if (isNews) this.#options.observer({ kind: 'breaker', state: this.breaker.state });
  }
}
