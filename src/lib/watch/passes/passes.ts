import { type ExitCode, ExitCode as Exit, FairleadError } from '../../model/errors.js';
import type { Job, Step } from '../../model/step.js';
import { type Report, exitCodeOf } from '../../model/report.js';
import { type BackOff, equalJitterMs } from './back-off.js';
import { Breaker, type Evidence } from './breaker.js';
import { withChildSignal } from '../child-signal.js';
import type { Clock } from '../clock.js';
import { StoppingContainers } from './stopping-containers.js';
import { Failing } from './failing.js';
import { Departures } from '../departures/departures.js';
import type { HostProcesses } from '../departures/host-processes.js';
import type { LoopEvent, PassFacts } from '../loop-event.js';
import { OutdatedSteps } from './outdated-steps.js';
import type { PassOutcome, PassRequest, RunPass, Unread } from './pass-request.js';
import { PutOff } from './put-off.js';
import { type Collected, Schedule } from './schedule.js';
import { containersOf } from './step-object.js';
import type { Trigger } from '../triggers.js';

export interface PassesOptions {
  readonly runPass: RunPass;
  /** Ends the loop, after the step under way. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether a step closes what is open to traffic: nothing that failed holds it back. */
  readonly closesTraffic: (step: Step) => boolean;
  /** The first failure is the last. */
  readonly failFast?: boolean;
  readonly observer: (event: LoopEvent) => void;
  /** Absent where the containers run on another host. */
  readonly processes?: HostProcesses | undefined;
  /** Whether any proxy leaves for a container that was merely asked to stop. */
  readonly leavesAtStop?: () => boolean;
}

const nothingSucceeds = 'nothing succeeds any more; all is tried again later';
const untilNextPass: BackOff = { initialMs: 1000, maxMs: 60_000 };
/** While routes or a guard are in force: a warp that ends in the meantime leaves them open until a pass closes them. */
const untilNextPassOverKernel: BackOff = { initialMs: 1000, maxMs: 2000 };

async function attempt(pass: () => Promise<PassOutcome>): Promise<PassOutcome | { readonly error: unknown }> {
  try {
    return await pass();
  } catch (error) {
    return { error };
  }
}

/** Passes, one after the other, and what each of them means for the next. */
export class Passes {
  readonly schedule = new Schedule();
  readonly stopping = new StoppingContainers();
  readonly putOff = new PutOff();
  readonly outdated = new OutdatedSteps();
  readonly failing: Failing;
  readonly breaker: Breaker;
  readonly departures: Departures;
  /** When the running pass last gave a sign; the last one that did not fail as a whole ended; how many there were. */
  progressAt = 0;
  lastGoodAt: number | undefined;
  count = 0;
  /** Whether the last pass that could see kept anything in the kernel. */
  keepsKernel = false;
  /** When another pass reads what the last one could not. */
  readAgainAt: number | undefined;
  #unreadInARow = 0;
  #failedInARow = 0;
  /** Whether the running pass has come as far as a plan, of which it may have done a part. */
  #hasPlanned = false;
  #holdUntil = -Infinity;
  readonly #options: PassesOptions;

  /** `wake` is called where a pass is due now. */
  constructor(options: PassesOptions, wake: () => void) {
    this.#options = options;
    const { clock, processes, leavesAtStop = () => false, signal } = options;
    const request = (trigger: Trigger): void => {
      this.schedule.request(trigger);
      wake();
    };
    this.departures = new Departures({ clock, processes, leavesAtStop, request, signal });
    this.failing = new Failing(options.random, options.closesTraffic);
    this.breaker = new Breaker(options.random);
  }

  /** After a pass that failed as a whole no event starts another one before this. */
  get holdUntil(): number {
    return this.#holdUntil;
  }

  /** When something failed has to be attempted again without an event. */
  get retryAt(): number | undefined {
    const { state } = this.breaker;
    if (state.is === 'closed') return this.failing.retryAt;
    return Math.min(state.probeAt, this.failing.closingRetryAt ?? Infinity);
  }

  /** Asks for a pass that attempts all of it, however lately it failed. */
  startAfresh(cause: string): void {
    const now = this.#options.clock.now();
    this.failing.retryAll(now);
    this.breaker.probeNow(now);
    this.#failedInARow = 0;
    this.#holdUntil = -Infinity;
    this.schedule.request({ forget: 'everything', cause });
  }

  /** Runs a pass over what has come together. With `failFast` it gives the exit code that a failure ends the loop with. */
  async run(signal: AbortSignal): Promise<ExitCode | undefined> {
    const { clock, observer, runPass, failFast = false } = this.#options;
    const begunAt = clock.now();
    const dryRun = !this.breaker.allowsChanges(begunAt);
    if (this.breaker.state.is === 'open' && !dryRun) this.failing.retryAll(begunAt);
    const collected = this.schedule.begin(begunAt);
    // The one pass that is tried when nothing succeeds any more has to say something of all jobs.
    const only = this.breaker.state.is === 'closed' ? collected.only : undefined;
    const facts: PassFacts = { causes: collected.causes, dryRun, ...(only && { only }) };
    const request = this.#request(collected, facts, begunAt);
    this.departures.passBegins(request.forget);
    this.outdated.passBegins();
    this.#hasPlanned = false;
    observer({ kind: 'pass-begun', ...facts });
    this.progressAt = begunAt;
    this.count += 1;
    // Calls of the engine that have both an end of their own and this one leave something on it that it keeps.
    const outcome = await attempt(() => withChildSignal(signal, child => runPass(request, child)));
    const now = clock.now();
    const durationMs = now - begunAt;
    if ('error' in outcome) {
      const { error } = outcome;
      this.schedule.end(now, false);
      if (signal.aborted) return undefined;
      observer({ kind: 'pass-failed', durationMs, error, retryInMs: this.#failed(now), ...facts });
      if (!dryRun) this.#tellBreaker('broken', now);
      if (!failFast) return undefined;
      return error instanceof FairleadError ? error.exit : Exit.failed;
    }
    const { report, keepsKernel = false, unread, routed = new Map<string, never>() } = outcome;
    if (!only) {
      if (unread?.what !== 'kernel') this.keepsKernel = keepsKernel;
      this.schedule.mayCloseTraffic = this.keepsKernel;
      this.#noteUnread(unread, now);
    }
    this.putOff.record(report);
    this.outdated.record(report);
    const changed = report.results.some(({ outcome }) => outcome === 'done');
    this.schedule.end(now, changed);
    this.departures.passEnded(routed, signal);
    const kernelUnread = !only && unread?.what === 'kernel' ? unread.why : undefined;
    observer({ kind: 'pass', durationMs, report, changed, ...facts, ...(kernelUnread && { kernelUnread }) });
    // What was skipped because of an interruption says nothing.
    if (signal.aborted) return undefined;
    this.#failedInARow = 0;
    if (!only && kernelUnread === undefined) this.lastGoodAt = now;
    this.#record(report, dryRun, now, only);
    const failed = report.results.some(({ outcome }) => outcome === 'failed');
    return failFast && failed ? exitCodeOf(report) : undefined;
  }

  #noteUnread(unread: Unread | undefined, now: number): void {
    this.#unreadInARow = unread ? this.#unreadInARow + 1 : 0;
    const isUrgent = this.keepsKernel && unread?.what === 'kernel';
    const backOff = isUrgent ? untilNextPassOverKernel : untilNextPass;
    this.readAgainAt = unread && now + equalJitterMs(backOff, this.#unreadInARow, this.#options.random);
  }

  #request({ forget, kernelAnew }: Collected, facts: PassFacts, begunAt: number): PassRequest {
    const { clock, observer } = this.#options;
    const { causes, dryRun, only } = facts;
    const onProgress = (): number => (this.progressAt = clock.now());
    const due = this.failing.due(begunAt).flatMap(({ step }) => containersOf(step));
    return {
      forget: forget === 'everything' ? forget : new Set([...forget, ...due]),
      kernelAnew,
      causes,
      ...(only && { only }),
      departing: this.departures.departing,
      heldBack: step => {
        const now = clock.now();
        const paused = dryRun && !this.#options.closesTraffic(step);
        const waits = this.stopping.heldBack(step, now) ?? this.putOff.heldBack(step, now);
        const why = waits ?? (paused ? nothingSucceeds : undefined) ?? this.failing.heldBack(step, now);
        return why ?? this.outdated.heldBack(step);
      },
      onPlan: plan => {
        this.#hasPlanned = true;
        onProgress();
        observer({ kind: 'planned', plan, ...facts });
      },
      onProgress,
    };
  }

  #record(report: Report, dryRun: boolean, now: number, only: Job | undefined): void {
    const { observer } = this.#options;
    const { failed, recovered, evidence } = this.failing.record(report, now, only);
    for (const object of failed) observer({ kind: 'failing', object });
    for (const object of recovered) observer({ kind: 'recovered', object });
    // What cannot wait says nothing of whether the rest would succeed.
    if (!dryRun) this.#tellBreaker(evidence, now);
  }

  /**
   * A pass that failed as a whole: another one follows. Where it had planned, it is not known how far it got, and
   * everything is read again. Before that nothing was changed, and what it could read counts: an engine that is
   * overloaded is not asked all of it again every time.
   */
  #failed(now: number): number {
    this.#failedInARow += 1;
    const backOff = this.keepsKernel ? untilNextPassOverKernel : untilNextPass;
    const retryInMs = equalJitterMs(backOff, this.#failedInARow, this.#options.random);
    this.#holdUntil = now + retryInMs;
    this.schedule.request({ forget: this.#hasPlanned ? 'everything' : [], cause: 'the pass before failed' });
    return retryInMs;
  }

  #tellBreaker(evidence: Evidence, now: number): void {
    const isNews = this.breaker.record(evidence, now);
    if (isNews) this.#options.observer({ kind: 'breaker', state: this.breaker.state });
  }
}
