import type { EngineEvent } from '../../docker/events/event-source.js';
import type { LoopEvent } from '../loop-event.js';
import type { LoopState } from '../loop-state.js';
import { whyIncomplete } from '../passes/unread.js';

export interface Metrics {
  note(event: LoopEvent): void;
  engineEvent(event: EngineEvent): void;
  /** In the text format that Prometheus reads. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface MetricsOptions {
  readonly version: string;
  readonly state: LoopState;
  /** The time of day, in milliseconds. */
  readonly wallClock: () => number;
  /** Packets that the guard held back, where there is one. */
  readonly guardDropped?: () => number | undefined;
  /** How many targets of warps are in which state, where warps are looked at. */
  readonly targets?: () => ReadonlyMap<string, number> | undefined;
  /** Whether the config on disk is refused, and an older one in force. */
  readonly configRefused?: () => boolean;
}

/** From an idle pass on a small host to one with recreations in it. */
const passBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Others than these (images, volumes, plugins) are of no interest, and no label may have values without end. */
const eventTypes: ReadonlySet<string> = new Set(['container', 'network', 'daemon']);

type PassEvent = Extract<LoopEvent, { kind: 'pass' }>;

function resultOf({ dryRun, changed, report, unread }: PassEvent): string {
  if (dryRun) return 'held_back';
  if (whyIncomplete(unread) !== undefined || report.results.some(({ outcome }) => outcome === 'failed'))
    return 'incomplete';
  return changed ? 'changed' : 'unchanged';
}

/**
 * Counters of what the loop does, in a registry of their own. prom-client is loaded here, and only when somebody asks
 * for metrics. No label holds a name of a container or network.
 */
export async function createMetrics(options: MetricsOptions): Promise<Metrics> {
  // The bundle has all of a CommonJS module in `default`.
  const { default: prometheus } = await import('prom-client');
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = prometheus;
  const { version, state, wallClock, guardDropped, targets, configRefused } = options;
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const counter = <T extends string>(name: string, help: string, labelNames: T[] = []) =>
    new Counter<T>({ name, help, labelNames, registers });
  /** Read when it is asked for; a series that there is no value for is not there. */
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    }).remove();
  };
  const drifted = (): number | undefined =>
    state.lastPass?.report.findings.filter(({ find }) => find === 'drift').length;

  const passes = counter('fairlead_passes_total', 'Passes, by what came of them.', ['result']);
  const durations = new Histogram({
    name: 'fairlead_pass_duration_seconds',
    help: 'Time that passes took.',
    buckets: passBuckets,
    registers,
  });
  const steps = counter('fairlead_steps_total', 'Steps of passes, by what came of them.', [
    'job',
    'do',
    'outcome',
  ]);
  const events = counter('fairlead_events_total', 'Events of the engine, of whatever use.', ['type']);
  const reconnects = counter('fairlead_reconnects_total', 'Times the lost events were followed again.');
  let lastGood: number | undefined;
  gauge('fairlead_last_good_pass_timestamp_seconds', 'When a pass last went through.', () => lastGood);
  gauge('fairlead_objects_failing', 'Objects that cannot be made as declared.', () => state.failing);
  gauge('fairlead_drift', 'Networks that exist otherwise than declared.', drifted);
  gauge('fairlead_breaker_open', '1 while nothing is changed, since nothing succeeded.', () =>
    Number(state.breakerOpen),
  );
  gauge(
    'fairlead_config_refused',
    '1 while the config on disk is refused, and the one before it in force.',
    () => Number(configRefused?.() ?? false),
  );
  gauge('fairlead_guard_dropped_packets', 'Packets held back since the guard was last written.', () =>
    guardDropped?.(),
  );
  new Gauge({
    name: 'fairlead_targets',
    help: 'Targets of warps by their state, as the last pass left them.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      for (const [label, count] of targets?.() ?? []) this.set({ state: label }, count);
    },
  });
  new Gauge({
    name: 'fairlead_build_info',
    help: '1, with the version as a label.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);

  const notePass = (event: PassEvent): void => {
    passes.inc({ result: resultOf(event) });
    durations.observe(event.durationMs / 1000);
    for (const { step, outcome } of event.report.results) {
      steps.inc({ job: step.job, do: step.do, outcome });
    }
    if (!event.dryRun && whyIncomplete(event.unread) === undefined) lastGood = wallClock() / 1000;
  };

  return {
    note: event => {
      if (event.kind === 'pass') notePass(event);
      if (event.kind === 'pass-failed') {
        passes.inc({ result: 'failed' });
        durations.observe(event.durationMs / 1000);
      }
      if (event.kind === 'connected' && event.again) reconnects.inc();
    },
    engineEvent: ({ type }) => events.inc({ type: eventTypes.has(type) ? type : 'other' }),
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
