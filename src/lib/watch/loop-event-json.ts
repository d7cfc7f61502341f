import { FairleadError, messageOf } from '../model/errors.js';
import type { FindingKind } from '../model/plan.js';
import { findingJson, schemaVersion, stepInShort } from '../report/json.js';
import type { FailingObject } from './passes/failing.js';
import type { LoopEvent } from './loop-event.js';

/** When the event came: the time of day, and the time of the loop's clock. */
export interface EventTime {
  readonly time: Date;
  readonly now: number;
}

/** What stays as it is is left out: a pass over a thousand containers is not to be a line of a megabyte. */
const leftOut: ReadonlySet<FindingKind> = new Set(['unchanged', 'kept', 'ignored', 'unmatched', 'caveat']);

function errorJson(error: unknown): Record<string, unknown> {
  if (error instanceof FairleadError) {
    const { code, message, hints } = error;
    return { code, message, hints };
  }
  return { code: 'unexpected', message: messageOf(error), hints: [] };
}

function passJson(event: Extract<LoopEvent, { kind: 'pass' }>): Record<string, unknown> {
  const { causes, dryRun, only, durationMs, report } = event;
  const { results, findings } = report;
  return {
    causes,
    dryRun,
    ...(only && { only }),
    durationMs: Math.round(durationMs),
    changed: results.filter(({ outcome }) => outcome === 'done').length,
    unchanged: findings.filter(({ find }) => find === 'unchanged' || find === 'kept').length,
    steps: results.map(stepInShort),
    findings: findings.filter(({ find }) => !leftOut.has(find)).map(findingJson),
  };
}

/** Only what is to be heard before anything is done: the steps are in the line of the pass. */
function plannedJson({ causes, plan }: Extract<LoopEvent, { kind: 'planned' }>) {
  const warnings = plan.findings.filter(({ find }) => find === 'warning');
  return warnings.length === 0 ? undefined : { causes, warnings: warnings.map(findingJson) };
}

function failingJson({ subject, step, failure, attempts, since, retryAt }: FailingObject, now: number) {
  return {
    subject,
    attempts,
    failingForMs: Math.round(now - since),
    retryInMs: Math.max(0, Math.round(retryAt - now)),
    step: stepInShort({ step, outcome: 'failed', failure }),
  };
}

function factsOf(event: LoopEvent, now: number): Record<string, unknown> | undefined {
  switch (event.kind) {
    case 'connected':
      return { again: event.again };
    case 'lost':
      return { error: errorJson(event.error), retryInMs: Math.round(event.retryInMs) };
    case 'waiting':
      return {
        error: errorJson(event.error),
        attempt: event.attempt,
        retryInMs: Math.round(event.retryInMs),
        blind: event.blind,
      };
    case 'planned':
      return plannedJson(event);
    case 'pass':
      return passJson(event);
    case 'pass-failed':
      return {
        causes: event.causes,
        dryRun: event.dryRun,
        durationMs: Math.round(event.durationMs),
        error: errorJson(event.error),
        retryInMs: Math.round(event.retryInMs),
      };
    case 'failing':
      return failingJson(event.object, now);
    case 'recovered': {
      const { subject, step, attempts, since } = event.object;
      return { subject, do: step.do, job: step.job, attempts, failingForMs: Math.round(now - since) };
    }
    case 'breaker':
      return event.state.is === 'closed'
        ? { state: 'closed' }
        : { state: 'open', retryInMs: Math.max(0, Math.round(event.state.probeAt - now)) };
    case 'overflow':
    case 'stopping':
      return {};
    case 'pass-begun':
    case 'alive':
      return undefined;
  }
}

/** An event as `watch --json` prints it, an object a line; what is only a sign of life is not printed. */
export function loopEventJson(
  event: LoopEvent,
  { time, now }: EventTime,
): Record<string, unknown> | undefined {
  const facts = factsOf(event, now);
  return facts && { schemaVersion, event: event.kind, time: time.toISOString(), ...facts };
}
