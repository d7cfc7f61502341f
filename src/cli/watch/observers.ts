import type { EngineEvent } from '../../lib/docker/events/event-source.js';
import { Audit } from '../../lib/watch/audit.js';
import type { Clock } from '../../lib/watch/clock.js';
import { type Health, healthOf } from '../../lib/watch/metrics/health.js';
import { startHealthServer } from '../../lib/watch/metrics/health-server.js';
import { parseListenAddress } from '../../lib/watch/metrics/listen-address.js';
import type { LoopEvent } from '../../lib/watch/loop-event.js';
import { loopEventJson } from '../../lib/watch/loop-event-json.js';
import { LoopState } from '../../lib/watch/loop-state.js';
import { type Metrics, createMetrics } from '../../lib/watch/metrics/metrics.js';
import type { Connection } from '../connection.js';
import { type ConfigEvent, configEventJson } from './config-event.js';
import { printJsonLine } from '../output.js';
import { serviceManager } from './notify-service-manager.js';
import { type Seen, targetStates } from './target-states.js';

export interface ObserverOptions {
  /** Where to serve metrics; empty: nowhere. */
  readonly metrics: string;
  readonly json: boolean;
  readonly clock: Clock;
  readonly version: string;
}

/** Everybody who wants to hear how the loop is doing. */
export interface Observers {
  readonly observe: (event: LoopEvent) => void;
  readonly engineEvent: (event: EngineEvent) => void;
  readonly config: (event: ConfigEvent) => void;
  /** Takes the World of the last pass. */
  readonly seen: (seen: Seen) => void;
  readonly health: () => Health;
  /** Since when the config on disk is refused, on the loop's clock. */
  readonly configRefusedAt: () => number | undefined;
  readonly reloading: () => void;
  readonly reloaded: () => void;
  /** What is declared is withdrawn, or the loop has ended: nobody is told of anything any more. */
  readonly close: () => Promise<void>;
}

interface Scraped {
  readonly metrics: Metrics;
  readonly close: () => Promise<void>;
}

async function serveMetrics(
  address: string,
  { state, clock, version, guardDropped, targets, configRefused }: ScrapeOptions,
): Promise<Scraped | undefined> {
  if (address === '') return undefined;
  const listen = parseListenAddress(address);
  const metrics = await createMetrics({
    version,
    state,
    wallClock: () => Date.now(),
    guardDropped,
    targets,
    configRefused,
  });
  const server = await startHealthServer({
    address: listen,
    health: () => healthOf(state, clock.now()),
    metrics: () => metrics.expose(),
  });
  return { metrics, close: () => server.close() };
}

interface ScrapeOptions extends Pick<ObserverOptions, 'clock' | 'version'> {
  readonly state: LoopState;
  readonly guardDropped: () => number | undefined;
  readonly configRefused: () => boolean;
  readonly targets: () => ReadonlyMap<string, number> | undefined;
}

/** Throws where metrics are asked for at an address that cannot be listened at. */
export async function openObservers({ log }: Connection, options: ObserverOptions): Promise<Observers> {
  const { clock, json } = options;
  const state = new LoopState(clock.now());
  const audit = new Audit(log);
  let lastSeen: Seen | undefined;
  let configRefusedAt: number | undefined;
  const scraped = await serveMetrics(options.metrics, {
    ...options,
    state,
    configRefused: () => configRefusedAt !== undefined,
    guardDropped: () =>
      lastSeen?.world.kernel?.host?.guard?.bridges.reduce((sum, { dropped }) => sum + dropped, 0),
    targets: () => lastSeen && targetStates(lastSeen, state.lastPass?.report.results ?? []),
  });
  const manager = serviceManager(log);
  return {
    observe: event => {
      const now = clock.now();
      state.note(event, now);
      audit.note(event, now);
      scraped?.metrics.note(event);
      manager.note(event, state, now);
      const line = json ? loopEventJson(event, { time: new Date(), now }) : undefined;
      if (line) printJsonLine(line);
    },
    config: event => {
      // A second refusal is no new one: what is in force is out of date since the first.
      configRefusedAt = event.state === 'refused' ? (configRefusedAt ?? clock.now()) : undefined;
      if (json) printJsonLine(configEventJson(event, new Date()));
    },
    engineEvent: event => scraped?.metrics.engineEvent(event),
    seen: seen => {
      lastSeen = seen;
    },
    configRefusedAt: () => configRefusedAt,
    health: () => healthOf(state, clock.now()),
    reloading: () => manager.reloading(),
    reloaded: () => manager.reloaded(),
    close: async () => {
      await scraped?.close();
      await manager.settled();
    },
  };
}
