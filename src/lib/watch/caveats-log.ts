import { escapeLine } from '../model/escape.js';
import type { Log } from '../model/log.js';
import type { Finding } from '../model/plan.js';
import { toldTogether } from '../report/warnings.js';
import { looksAt } from './findings-log.js';
import type { LoopEvent } from './loop-event.js';
import { Reminders } from './reminders.js';

type PassEvent = Extract<LoopEvent, { kind: 'pass' }>;

function keyOf({ job, container, network, reason }: Finding): string {
  return JSON.stringify([job, container, network, reason]);
}

/**
 * Reports each caveat once: at the start of the watch what holds already, and later what is new. A caveat that a step
 * brings is not reported again, for the warning before the step says the same.
 */
export class CaveatsLog {
  readonly #log: Log;
  /** A target that is started every minute has its caveats every minute. */
  readonly #told = new Reminders();
  #current: ReadonlyMap<string, Finding> = new Map();
  #isFirst = true;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes the warnings of a plan for reported. */
  warned(findings: readonly Finding[], now: number): void {
    this.#told.dropOlder(now);
    for (const finding of findings) {
      if (finding.find === 'warning') this.#told.isNews(keyOf(finding), '', now);
    }
  }

  note(pass: PassEvent, now: number): void {
    const kept = [...this.#current].filter(([, finding]) => !looksAt(pass, finding));
    const found = pass.report.findings.filter(({ find }) => find === 'caveat');
    const fresh = found.filter(
      finding => !this.#current.has(keyOf(finding)) && this.#told.isNews(keyOf(finding), '', now),
    );
    this.#current = new Map([...kept, ...found.map(finding => [keyOf(finding), finding] as const)]);
    const level = this.#isFirst ? 'info' : 'warn';
    for (const { head, hints } of toldTogether(fresh)) {
      this.#log[level](`caveat ${head}`);
      for (const hint of hints) this.#log.info(escapeLine(hint));
    }
    if (pass.only === undefined) this.#isFirst = false;
  }
}
