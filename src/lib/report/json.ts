import type { EngineInfo } from '../model/engine-info.js';
import { type FairleadError, ExitCode } from '../model/errors.js';
import type { Finding } from '../model/plan.js';
import { type Report, type StepResult } from '../model/report.js';

/** Raised when a field changes its meaning or goes away; new fields alone do not raise it. */
export const schemaVersion = 1;

/** A step and what came of it. */
export function stepJson({ step, outcome, note, failure }: StepResult): Record<string, unknown> {
  const { do: kind, job, reason, ...rest } = step;
  return {
    do: kind,
    job,
    ...rest,
    reason,
    outcome,
    ...(note !== undefined && { note }),
    ...(failure && { error: { code: failure.code, message: failure.message, hints: failure.hints } }),
  };
}

/** What a step in short has, each where its kind has it. */
const inShort = [
  'do',
  'job',
  'network',
  'container',
  'routes',
  'nat',
  'guard',
  'reason',
  'outcome',
  'note',
  'error',
] as const;

/** A step without all that it takes: for those who follow what is done, and to whom. */
export function stepInShort(result: StepResult): Record<string, unknown> {
  const { step } = result;
  const made = step.do === 'create-network' && { network: { name: step.spec.name } };
  const whole: Record<string, unknown> = { ...stepJson(result), ...made };
  return Object.fromEntries(inShort.flatMap(field => (field in whole ? [[field, whole[field]]] : [])));
}

export function findingJson(finding: Finding): Record<string, unknown> {
  return { ...finding, hints: finding.hints ?? [] };
}

/** A report as the one document that `--json` prints: see docs/json-output.md. */
export function reportJson(
  command: string,
  report: Report,
  engine: EngineInfo,
  dryRun: boolean,
  exitCode: ExitCode,
): Record<string, unknown> {
  return {
    schemaVersion,
    command,
    dryRun,
    exitCode,
    engine,
    changed: report.results.filter(result => result.outcome === 'done').length,
    steps: report.results.map(stepJson),
    findings: report.findings.map(findingJson),
  };
}

/** A command that could not be carried out at all. */
export function errorJson(command: string, error: FairleadError): Record<string, unknown> {
  const { code, message, hints } = error;
  return { schemaVersion, command, exitCode: error.exit, error: { code, message, hints } };
}

/** A failure that nobody expected: its message, and never its stack, on standard output. */
export function unexpectedJson(command: string, message: string): Record<string, unknown> {
  return {
    schemaVersion,
    command,
    exitCode: ExitCode.failed,
    error: { code: 'unexpected', message, hints: [] },
  };
}
