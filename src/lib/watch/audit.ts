import { FairleadError } from '../model/errors.js';
import { escapeLine } from '../model/escape.js';
import type { Log } from '../model/log.js';
import type { Finding } from '../model/plan.js';
import { warningHeads } from '../report/warnings.js';
import {
  asDeclaredLine,
  causedBy,
  changeLine,
  failureLine,
  isNoted,
  seconds,
  skippedLine,
  whyOf,
} from './audit-lines.js';
import { CaveatsLog } from './caveats-log.js';
import { FindingsLog, blocksRoute } from './findings-log.js';
import { GuardMemory } from './guard-memory.js';
import type { LoopEvent } from './loop-event.js';
import type { FailingObject } from './passes/failing.js';
import { objectOf } from './passes/step-object.js';
import { Reminders } from './reminders.js';
import { whyIncomplete } from './passes/unread.js';

type PassEvent = Extract<LoopEvent, { kind: 'pass' }>;

const theEngine = 'the engine';

/**
 * The log of a watch: a line for every change and what caused it; a line for what fails or cannot be mended, when it
 * begins, when it becomes another thing, and every hour. That a pass changed nothing is for `debug`.
 */
export class Audit {
  readonly #log: Log;
  readonly #failures = new Reminders();
  readonly #warnings = new Reminders();
  readonly #trouble = new Reminders();
  readonly #findings: FindingsLog;
  readonly #caveats: CaveatsLog;
  readonly #guard = new GuardMemory();
  #isFirst = true;
  #isInPass = false;

  constructor(log: Log) {
    this.#log = log;
    this.#findings = new FindingsLog(log);
    this.#caveats = new CaveatsLog(log);
  }

  note(event: LoopEvent, now: number): void {
    switch (event.kind) {
      case 'connected':
        this.#log.info(event.again ? 'following the engine again' : 'following the engine');
        break;
      case 'lost':
      case 'waiting':
        this.#tellTrouble(`cannot follow the engine: ${whyOf(event.error)}`, event, now);
        break;
      case 'overflow':
        this.#log.warn('events of the engine were lost; everything is looked at');
        break;
      case 'pass-failed':
        this.#isInPass = false;
        this.#tellTrouble(`pass: ${whyOf(event.error)}${causedBy(event.causes)}`, event, now);
        break;
      case 'planned':
        this.#tellWarnings(event.plan.findings, now);
        this.#caveats.warned(event.plan.findings, now);
        break;
      case 'pass':
        this.#isInPass = false;
        this.#tellPass(event, now);
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
        this.#log.info(this.#isInPass ? 'stopping after the step under way' : 'stopping');
        break;
      case 'pass-begun':
        this.#isInPass = true;
        break;
      case 'alive':
        break;
    }
  }

  /** A target that is started every minute is routed every minute, and there is nothing new to know of it. */
  #tellWarnings(findings: readonly Finding[], now: number): void {
    for (const line of warningHeads(findings.filter(({ job }) => job !== 'warps'))) this.#log.warn(line);
    this.#warnings.dropOlder(now);
    for (const line of warningHeads(findings.filter(({ job }) => job === 'warps'))) {
      if (this.#warnings.isNews(line, line, now)) this.#log.warn(line);
      else this.#log.debug(line);
    }
  }

  #tellPass(event: PassEvent, now: number): void {
    const { report, causes, durationMs, dryRun, only } = event;
    if (!dryRun) this.#trouble.forget(theEngine);
    const changes = report.results.filter(({ outcome }) => outcome === 'done');
    for (const change of changes) {
      const line = changeLine(change, causes);
      this.#log[blocksRoute(change) ? 'warn' : 'info'](line);
    }
    const lost = this.#guard.note(event).map(name => escapeLine(name));
    if (lost.length > 0) {
      const whose = lost.join(', ');
      this.#log.warn(
        `the guard of ${whose} was gone, or no longer as it was set: set again${causedBy(causes)}`,
      );
    }
    this.#findings.note(event);
    if (!only) this.#tellFirst(event);
    this.#caveats.note(event, now);
    for (const result of report.results)
      if (result.outcome === 'skipped') this.#log.debug(skippedLine(result));
    const what = changes.length === 0 ? 'nothing changed' : `${String(changes.length)} changed`;
    this.#log.debug(`pass over in ${seconds(durationMs)}: ${what}${causedBy(causes)}`);
  }

  /** A watch that finds nothing to do says so once: else nobody could tell that it has looked. */
  #tellFirst({ report, unread }: PassEvent): void {
    const isSilent =
      whyIncomplete(unread) === undefined && report.results.length === 0 && !report.findings.some(isNoted);
    if (this.#isFirst && isSilent) this.#log.info(asDeclaredLine(report));
    this.#isFirst = false;
  }

  /** The engine's own failures have no object; the retries of one are told of once. */
  #tellTrouble(
    what: string,
    { error, retryInMs }: { readonly error: unknown; readonly retryInMs: number },
    now: number,
  ): void {
    const line = `${what}; trying again in ${seconds(retryInMs)}, and until it works`;
    if (!this.#trouble.isNews(theEngine, what, now)) {
      this.#log.debug(line);
      return;
    }
    this.#log.error(line);
    if (error instanceof FairleadError) for (const hint of error.hints) this.#log.info(escapeLine(hint));
  }

  #tellFailing({ step, failure, attempts, retryAt }: FailingObject, now: number): void {
    const what = failureLine(step, failure);
    const line = `${what}; attempt ${String(attempts)}, the next in ${seconds(Math.max(0, retryAt - now))}`;
    if (!this.#failures.isNews(objectOf(step).key, what, now)) {
      this.#log.debug(line);
      return;
    }
    this.#log.error(line);
    for (const hint of failure.hints) this.#log.info(escapeLine(hint));
  }

  #tellRecovered({ step, attempts, since }: FailingObject, now: number): void {
    const { key, subject } = objectOf(step);
    this.#failures.forget(key);
    const times = attempts === 1 ? 'attempt' : 'attempts';
    this.#log.info(
      `${subject}: no longer failing, after ${String(attempts)} ${times} in ${seconds(now - since)}`,
    );
  }
}
