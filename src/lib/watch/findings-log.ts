import { escapeLine } from '../model/escape.js';
import type { Log } from '../model/log.js';
import type { Finding } from '../model/plan.js';
import type { StepResult } from '../model/report.js';
import { findingLine, isNoted } from './audit-lines.js';
import type { LoopEvent } from './loop-event.js';

type PassEvent = Extract<LoopEvent, { kind: 'pass' }>;

/** Whether a step leaves a route blocked. Its line says so; the finding of the next pass says the same. */
export function blocksRoute({ step }: StepResult): boolean {
  return step.do === 'set-routing' && step.routes.some(({ open }) => !open);
}

/** The steps of a pass that changed routes, by the name of their container. */
function routingChanges({ report }: PassEvent): ReadonlyMap<string, StepResult> {
  const changes = new Map<string, StepResult>();
  for (const result of report.results) {
    const { step, outcome } = result;
    if (outcome === 'done' && (step.do === 'set-routing' || step.do === 'clear-routing'))
      changes.set(step.container.name, result);
  }
  return changes;
}

/** Whether a pass looked at what a finding is about. */
export function looksAt({ only, unread }: PassEvent, { job }: Finding): boolean {
  return (only === undefined || job === only) && !(job === 'warps' && unread?.kernel !== undefined);
}

/** The same of two findings of one kind about one object. */
function sameObject({ find, job, container, network }: Finding): string {
  return JSON.stringify([find, job, container, network]);
}

/** Reports what cannot be mended: once when it appears, and once when it is over. */
export class FindingsLog {
  readonly #log: Log;
  #findings: ReadonlyMap<string, Finding> = new Map();
  /** Containers whose routes the last full pass has blocked, by name. */
  #blocked: ReadonlySet<string> = new Set();

  constructor(log: Log) {
    this.#log = log;
  }

  note(pass: PassEvent): void {
    const changes = routingChanges(pass);
    const blocked = [...changes].flatMap(([name, result]) => (blocksRoute(result) ? [name] : []));
    const saidByStep = new Set([...this.#blocked, ...blocked]);
    // What was not looked at is as it was.
    const kept = [...this.#findings].filter(([, finding]) => !looksAt(pass, finding));
    const found = pass.report.findings.filter(isNoted);
    const current = new Map([...kept, ...found.map(finding => [findingLine(finding), finding] as const)]);
    for (const [line, finding] of current)
      if (!this.#findings.has(line)) this.#appeared(line, finding, saidByStep);
    const stillFound = new Set([...current.values()].map(sameObject));
    for (const [line, finding] of this.#findings) {
      if (current.has(line)) continue;
      // In other words now: to call it over would say that the object is well.
      if (stillFound.has(sameObject(finding))) this.#log.debug(`no longer: ${line}`);
      else this.#isOver(line, finding, changes);
    }
    this.#findings = current;
    this.#blocked = pass.only ? saidByStep : new Set(blocked);
  }

  #appeared(line: string, finding: Finding, saidByStep: ReadonlySet<string>): void {
    const { find, container = '', hints = [] } = finding;
    if (find === 'blocked' && saidByStep.has(container)) {
      this.#log.debug(line);
      return;
    }
    this.#log[find === 'undeclared' ? 'info' : 'warn'](line);
    for (const hint of hints) this.#log.info(escapeLine(hint));
  }

  #isOver(line: string, { find, container = '' }: Finding, changes: ReadonlyMap<string, StepResult>): void {
    const saidByStep = find === 'blocked' && changes.has(container);
    this.#log[saidByStep ? 'debug' : 'info'](`no longer: ${line}`);
  }
}
