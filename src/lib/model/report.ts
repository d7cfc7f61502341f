import { ExitCode } from './errors.js';
import type { Finding } from './plan.js';
import type { Step } from './step.js';

export type Outcome =
  /** Not done: a dry run. */
  | 'planned'
  | 'done'
  /** Found done: someone else was faster. */
  | 'unchanged'
  | 'failed'
  /** Not attempted, because of something that failed or an interruption before it. */
  | 'skipped';

export interface StepFailure {
  readonly code: string;
  readonly message: string;
  readonly hints: readonly string[];
  readonly exit: ExitCode;
}

export interface StepResult {
  readonly step: Step;
  readonly outcome: Outcome;
  /** What is worth saying of a success, or why it was skipped. */
  readonly note?: string;
  /** Set where what was found is not what was planned for: another round may settle it. */
  readonly needsAnotherRound?: true;
  readonly failure?: StepFailure;
}

/** What a pass found, did and could not do. */
export interface Report {
  readonly results: readonly StepResult[];
  readonly findings: readonly Finding[];
}

/**
 * The exit code of a pass, decided here and nowhere else: what failed counts before what was refused, and
 * that before differences that remain. Drift in labels alone is shown and does not count; steps that are only
 * planned count where it is asked for (`plan --exit-code`).
 */
export function exitCodeOf(report: Report, plannedCounts = false): ExitCode {
  const failures = report.results.flatMap(result => (result.failure ? [result.failure] : []));
  const gravest = failures.find(failure => failure.exit !== ExitCode.failed) ?? failures[0];
  if (gravest) return gravest.exit;
  if (report.results.some(result => result.outcome === 'skipped')) return ExitCode.failed;
  if (report.findings.some(finding => finding.find === 'refused')) return ExitCode.failed;
  const planned = report.results.some(result => result.outcome === 'planned');
  if (planned && plannedCounts) return ExitCode.differences;
  if (report.findings.some(finding => finding.find === 'drift')) return ExitCode.differences;
  return ExitCode.asDesired;
}
