import { FairleadError, messageOf } from '../model/errors.js';
import { escapeLine } from '../model/escape.js';
import type { Log } from '../model/log.js';
import type { Finding, FindingKind } from '../model/plan.js';
import type { StepResult } from '../model/report.js';
import type { Job } from '../model/step.js';
import { describeStep, subjectOf } from '../report/describe.js';
import { warningHeads } from '../report/warnings.js';
import type { FailingObject } from './passes/failing.js';
import type { LoopEvent } from './loop-event.js';
import { objectOf } from './passes/step-object.js';

/** What goes on failing in the same way is told again this often. */
const reminderMs = 3_600_000;

const noted: Partial<Record<FindingKind, string>> = {
  drift: 'drift',
  'label-drift': 'label drift',
  refused: 'refused',
  blocked: 'blocked',
};

interface Told {
  readonly what: string;
  readonly at: number;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

function causedBy(causes: readonly string[]): string {
  return causes.length === 0 ? '' : ` (${causes.join(', ')})`;
}

function changeLine({ step, note }: StepResult, causes: readonly string[]): string {
  const { verb, subject } = describeStep(step);
  const more = note === undefined ? '' : `; ${escapeLine(note)}`;
  return `${verb} ${subject}: ${escapeLine(step.reason)}${more}${causedBy(causes)}`;
}

function findingLine(finding: Finding): string {
  const subject = subjectOf(finding);
  return `${noted[finding.find] ?? finding.find}${subject === '' ? '' : ` ${subject}`}: ${escapeLine(finding.reason)}`;
}

/**
 * The journal of a watch: a line for every change and what caused it; what fails or cannot be mended once, again when
 * it becomes another thing, and every hour. That a pass changed nothing is for `debug`.
 */
export class Audit {
  readonly #log: Log;
  readonly #failures = new Map<string, Told>();
  readonly #warnings = new Map<string, Told>();
  #findings: ReadonlyMap<string, Job> = new Map();
  #trouble: Told | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  note(event: LoopEvent, now: number): void {
    switch (event.kind) {
      case 'connected':
        this.#log.info(event.again ? 'following the engine again' : 'following the engine');
        break;
      case 'lost':
      case 'waiting':
        this.#tellTrouble(`cannot follow the engine: ${this.#why(event.error)}`, event, now);
        break;
      case 'overflow':
        this.#log.warn('events of the engine were lost; everything is looked at');
        break;
      case 'pass-failed':
        this.#tellTrouble(`pass: ${this.#why(event.error)}${causedBy(event.causes)}`, event, now);
        break;
      case 'planned':
        this.#tellWarnings(event.plan.findings, now);
        break;
      case 'pass':
        this.#tellPass(event);
        break;
      case 'failing':
        this.#tellFailing(event.object, now);
        break;
      case 'recovered':
        this.#tellRecovered(event.object, now);
        break;
      case 'breaker':
        if (event.state.is === 'closed') this.#log.info('changes succeed again');
        else {
          const wait = seconds(Math.max(0, event.state.probeAt - now));
          this.#log.error(`nothing succeeds any more: changing nothing for ${wait}, then trying again`);
        }
        break;
      case 'stopping':
        this.#log.info('stopping after the step under way');
        break;
      case 'pass-begun':
      case 'alive':
        break;
    }
  }

  #why(error: unknown): string {
    return escapeLine(messageOf(error)).replace(/\.$/, '');
  }

  /** A target that is started every minute is routed every minute, and there is nothing new to know of it. */
  #tellWarnings(findings: readonly Finding[], now: number): void {
    for (const line of warningHeads(findings.filter(({ job }) => job !== 'warps'))) this.#log.warn(line);
    for (const [line, { at }] of this.#warnings) if (now - at >= reminderMs) this.#warnings.delete(line);
    for (const line of warningHeads(findings.filter(({ job }) => job === 'warps'))) {
      if (this.#warnings.has(line)) this.#log.debug(line);
      else {
        this.#warnings.set(line, { what: line, at: now });
        this.#log.warn(line);
      }
    }
  }

  #tellPass({ report, causes, durationMs, dryRun, only }: Extract<LoopEvent, { kind: 'pass' }>): void {
    if (!dryRun) this.#trouble = undefined;
    const changes = report.results.filter(({ outcome }) => outcome === 'done');
    for (const change of changes) this.#log.info(changeLine(change, causes));
    this.#tellFindings(report.findings, only);
    for (const { step, outcome, note = '' } of report.results) {
      if (outcome !== 'skipped') continue;
      const { verb, subject } = describeStep(step);
      this.#log.debug(`left for later: ${verb} ${subject}: ${escapeLine(note)}`);
    }
    const what = changes.length === 0 ? 'nothing changed' : `${String(changes.length)} changed`;
    this.#log.debug(`pass over in ${seconds(durationMs)}: ${what}${causedBy(causes)}`);
  }

  #tellFindings(findings: readonly Finding[], only: Job | undefined): void {
    const told = findings.filter(({ find }) => noted[find] !== undefined);
    // What was not looked at is as it was.
    const kept = only ? [...this.#findings].filter(([, job]) => job !== only) : [];
    const current = new Map([...kept, ...told.map(finding => [findingLine(finding), finding.job] as const)]);
    for (const line of current.keys()) if (!this.#findings.has(line)) this.#log.warn(line);
    for (const line of this.#findings.keys()) if (!current.has(line)) this.#log.info(`no longer: ${line}`);
    this.#findings = current;
  }

  /** The engine's own failures have no object; the retries of one are told of once. */
  #tellTrouble(
    what: string,
    { error, retryInMs }: { readonly error: unknown; readonly retryInMs: number },
    now: number,
  ): void {
    const line = `${what}; trying again in ${seconds(retryInMs)}, and until it works`;
    if (!this.#isNew(this.#trouble, what, now)) {
      this.#log.debug(line);
      return;
    }
    this.#trouble = { what, at: now };
    this.#log.error(line);
    if (error instanceof FairleadError) for (const hint of error.hints) this.#log.info(escapeLine(hint));
  }

  #tellFailing({ step, failure, attempts, retryAt }: FailingObject, now: number): void {
    const { verb, subject } = describeStep(step);
    const what = `${verb} ${subject}: ${escapeLine(failure.message)}`;
    const line = `${what}; attempt ${String(attempts)}, the next in ${seconds(Math.max(0, retryAt - now))}`;
    const { key } = objectOf(step);
    if (!this.#isNew(this.#failures.get(key), what, now)) {
      this.#log.debug(line);
      return;
    }
    this.#failures.set(key, { what, at: now });
    this.#log.error(line);
    for (const hint of failure.hints) this.#log.info(escapeLine(hint));
  }

  #tellRecovered({ step, attempts, since }: FailingObject, now: number): void {
    const { key, subject } = objectOf(step);
    this.#failures.delete(key);
    const times = attempts === 1 ? 'attempt' : 'attempts';
    this.#log.info(
      `${subject}: no longer failing, after ${String(attempts)} ${times} in ${seconds(now - since)}`,
    );
  }

  #isNew(told: Told | undefined, what: string, now: number): boolean {
    return told?.what !== what || now - told.at >= reminderMs;
  }
}
