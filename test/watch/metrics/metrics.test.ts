import { expect } from 'chai';
import type { StepFailure } from '../../../src/lib/model/report.js';
import type { LoopEvent } from '../../../src/lib/watch/loop-event.js';
import { LoopState } from '../../../src/lib/watch/loop-state.js';
import { createMetrics } from '../../../src/lib/watch/metrics/metrics.js';
import { engineEvent } from '../../support/engine-event.js';
import { connectStep } from '../../support/watch-stage.js';

const failure: StepFailure = { code: 'refused', message: 'No.', hints: [], exit: 1 };

const passEvent: LoopEvent = {
  kind: 'pass',
  causes: [],
  dryRun: false,
  durationMs: 120,
  changed: true,
  report: {
    results: [
      { step: connectStep('web', 'edge'), outcome: 'done' },
      { step: connectStep('api', 'edge'), outcome: 'failed', failure },
    ],
    findings: [{ find: 'drift', job: 'networks', network: 'edge', reason: 'it differs' }],
  },
};

/** What there is of Fairlead's own, by series. */
async function series(
  told: readonly LoopEvent[],
  guardDropped?: number,
  targets?: ReadonlyMap<string, number>,
  configRefused = false,
): Promise<Map<string, number>> {
  const state = new LoopState(0);
  const metrics = await createMetrics({
    version: '1.2.3',
    state,
    wallClock: () => 1_800_000_000_000,
    guardDropped: () => guardDropped,
    targets: () => targets,
    configRefused: () => configRefused,
  });
  for (const event of told) {
    state.note(event, 1000);
    metrics.note(event);
  }
  for (const name of [
    'container start secret-name',
    'network connect secret-name',
    'image pull secret-name',
  ]) {
    metrics.engineEvent(engineEvent(name));
  }
  const { contentType, body } = await metrics.expose();
  expect(contentType).to.match(/^text\/plain; version=0\.0\.4/);
  expect(body).to.not.match(/secret-name|\bweb\b|\bedge\b/);
  expect(body).to.match(/^process_cpu_seconds_total /m);
  const lines = body.split('\n').filter(line => line.startsWith('fairlead_'));
  return new Map(lines.map(line => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]));
}

describe('Metrics', () => {
  it('say whether the config on disk is refused', async () => {
    expect((await series([])).get('fairlead_config_refused')).to.equal(0);
    expect((await series([], undefined, undefined, true)).get('fairlead_config_refused')).to.equal(1);
  });

  it('count passes, steps and events, and name nobody', async () => {
    const found = await series([
      { kind: 'connected', again: false },
      passEvent,
      { ...passEvent, changed: false, report: { results: [], findings: [] } },
      { ...passEvent, dryRun: true },
      { kind: 'pass-failed', causes: [], dryRun: false, durationMs: 5, error: new Error('x'), retryInMs: 1 },
      { kind: 'connected', again: true },
    ]);
    expect(Object.fromEntries(found)).to.include({
      'fairlead_passes_total{result="incomplete"}': 1,
      'fairlead_passes_total{result="unchanged"}': 1,
      'fairlead_passes_total{result="held_back"}': 1,
      'fairlead_passes_total{result="failed"}': 1,
      fairlead_pass_duration_seconds_count: 4,
      'fairlead_steps_total{job="attachments",do="connect",outcome="done"}': 2,
      'fairlead_steps_total{job="attachments",do="connect",outcome="failed"}': 2,
      'fairlead_events_total{type="container"}': 1,
      'fairlead_events_total{type="network"}': 1,
      'fairlead_events_total{type="other"}': 1,
      fairlead_reconnects_total: 1,
      fairlead_drift: 1,
      fairlead_last_good_pass_timestamp_seconds: 1_800_000_000,
      'fairlead_build_info{version="1.2.3"}': 1,
    });
  });

  it('have no value for what is not known', async () => {
    const found = await series([]);
    for (const name of ['fairlead_last_good_pass_timestamp_seconds', 'fairlead_guard_dropped_packets']) {
      expect(found.has(name), name).to.equal(false);
    }
    expect((await series([], 7)).get('fairlead_guard_dropped_packets')).to.equal(7);
  });

  it('count targets by their state, where warps are looked at', async () => {
    const targets = new Map([
      ['routed', 3],
      ['blocked', 0],
    ]);
    expect(Object.fromEntries(await series([], undefined, targets))).to.include({
      'fairlead_targets{state="routed"}': 3,
      'fairlead_targets{state="blocked"}': 0,
    });
    expect([...(await series([])).keys()].filter(name => name.startsWith('fairlead_targets'))).to.deep.equal(
      [],
    );
  });

  it('are each registry its own', async () => {
    await series([passEvent]);
    expect((await series([passEvent])).get('fairlead_pass_duration_seconds_count')).to.equal(1);
  });
});
