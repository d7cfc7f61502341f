import type { ExitCode } from '../../src/lib/model/errors.js';
import type { Report, StepFailure, StepResult } from '../../src/lib/model/report.js';
import type { Step } from '../../src/lib/model/step.js';
import type { LoopEvent } from '../../src/lib/watch/loop-event.js';
import { type WatchOptions, watchLoop } from '../../src/lib/watch/loop.js';
import type { WatchEnd, WatchLoop } from '../../src/lib/watch/watch-status.js';
import type { RoutedContainer } from '../../src/lib/watch/departures/known-processes.js';
import type { PassOutcome, PassRequest } from '../../src/lib/watch/passes/pass-request.js';
import { objectOf } from '../../src/lib/watch/passes/step-object.js';
import { engineEvent } from './engine-event.js';
import { FakeClock } from './fake-clock.js';
import { FakeEventSource, unreachable } from './fake-event-source.js';
import { idOf } from './world.js';

export interface PassRun {
  readonly at: number;
  readonly request: PassRequest;
  readonly causes: string;
  /** Who departed when it began, as `ended ID`. */
  readonly departing: readonly string[];
  readonly signal: AbortSignal;
  report?: Report;
}

export function connectStep(container: string, network: string, more: Partial<Step> = {}): Step {
  return {
    do: 'connect',
    job: 'attachments',
    reason: 'as declared',
    container: { id: idOf(container), name: container },
    network: { name: network },
    endpoint: {},
    ...more,
  } as Step;
}

/** A loop with an engine, a clock and a pass that are all told what to do. */
export class WatchStage {
  readonly clock = new FakeClock();
  readonly engine = new FakeEventSource();
  readonly runs: PassRun[] = [];
  readonly told: LoopEvent[] = [];
  /** What passes plan. What is done is not planned again. */
  wanted: Step[] = [];
  /** Subjects of which every step fails. */
  readonly broken = new Set<string>();
  /** The exit code of such a failure. */
  failsWith: ExitCode = 1;
  passMs = 30;
  /** Whom the proxies route to, as each pass sees it. */
  readonly routed = new Map<string, RoutedContainer>();
  keepsKernel = false;
  /** What passes could not read. */
  unread: PassOutcome['unread'];
  /** When passes want to ask for a container again that the engine did not answer for. */
  askAgainInMs: number | undefined;
  /** Makes passes fail as a whole. */
  passFails = false;
  /** Makes such passes plan before. */
  failsAfterPlan = false;
  mostAtOnce = 0;
  end: WatchEnd | undefined;
  loop!: WatchLoop;
  readonly #stop = new AbortController();
  #atOnce = 0;

  start(options: Partial<WatchOptions> = {}): this {
    this.loop = watchLoop({
      runPass: (request, signal) => this.#pass(request, signal),
      events: this.engine,
      clock: this.clock,
      random: () => 0.5,
      closesTraffic: ({ do: what }) => what === 'set-guard',
      resyncMs: 0,
      signal: this.#stop.signal,
      observer: event => this.told.push(event),
      ...options,
    });
    void this.loop.ended.then(end => (this.end = end));
    return this;
  }

  /** A loop that has looked at everything and has nothing to do. */
  static async settled(
    options: Partial<WatchOptions> = {},
    { keepsKernel = false }: { readonly keepsKernel?: boolean } = {},
  ): Promise<WatchStage> {
    const stage = new WatchStage();
    stage.keepsKernel = keepsKernel;
    stage.start(options);
    await stage.clock.advance(2000);
    stage.runs.length = 0;
    stage.told.length = 0;
    return stage;
  }

  emit(...told: readonly string[]): void {
    this.engine.emit(...told.map(one => engineEvent(one)));
  }

  stop(): void {
    this.#stop.abort();
  }

  kinds(...except: readonly string[]): string[] {
    return this.told.map(({ kind }) => kind).filter(kind => kind !== 'alive' && !except.includes(kind));
  }

  eventsOf<K extends LoopEvent['kind']>(kind: K): Extract<LoopEvent, { kind: K }>[] {
    return this.told.filter((event): event is Extract<LoopEvent, { kind: K }> => event.kind === kind);
  }

  /** How often a step on that subject was attempted. */
  attempts(subject: string): number {
    return this.runs
      .flatMap(({ report }) => report?.results ?? [])
      .filter(
        ({ step, outcome }) =>
          objectOf(step).subject === subject && (outcome === 'failed' || outcome === 'done'),
      ).length;
  }

  async #pass(request: PassRequest, signal: AbortSignal): Promise<PassOutcome> {
    const run: PassRun = {
      at: this.clock.now(),
      request,
      causes: request.causes.join(', '),
      departing: [...request.departing].map(([id, { is }]) => `${is} ${id}`),
      signal,
    };
    this.runs.push(run);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    try {
      // Not ended by the signal: that is for between the steps.
      await this.clock.sleep(this.passMs, new AbortController().signal);
      if (this.failsAfterPlan) request.onPlan({ steps: this.wanted, findings: [] });
      if (this.passFails || !this.engine.up) throw unreachable();
      const results = this.wanted.map(step => this.#result(step, request, signal));
      run.report = { results, findings: [] };
      const { keepsKernel, routed, unread, askAgainInMs } = this;
      return {
        report: run.report,
        keepsKernel,
        routed,
        ...(unread && { unread }),
        ...(askAgainInMs !== undefined && { askAgainInMs }),
      };
    } finally {
      this.#atOnce -= 1;
    }
  }

  #result(step: Step, request: PassRequest, signal: AbortSignal): StepResult {
    const { subject } = objectOf(step);
    const why = signal.aborted ? 'interrupted' : request.heldBack(step);
    if (why !== undefined) return { step, outcome: 'skipped', note: why };
    request.onProgress();
    if (this.broken.has(subject)) {
      const failure: StepFailure = { code: 'refused', message: 'No.', hints: [], exit: this.failsWith };
      return { step, outcome: 'failed', failure };
    }
    this.wanted = this.wanted.filter(other => other !== step);
    return { step, outcome: 'done' };
  }
}
