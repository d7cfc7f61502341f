import { messageOf } from '../model/errors.js';
import { escapeLine } from '../model/escape.js';
import type { Finding, FindingKind } from '../model/plan.js';
import type { Report, StepFailure, StepResult } from '../model/report.js';
import type { Step } from '../model/step.js';
import { describeStep, fieldText, subjectOf } from '../report/describe.js';

const noted: Partial<Record<FindingKind, string>> = {
  drift: 'drift',
  'label-drift': 'label drift',
  refused: 'refused',
  blocked: 'blocked',
  undeclared: 'undeclared',
};

/** Findings that have a line of their own in the log of a watch. */
export function isNoted({ find }: Finding): boolean {
  return noted[find] !== undefined;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

export function causedBy(causes: readonly string[]): string {
  return causes.length === 0 ? '' : ` (${causes.join(', ')})`;
}

export function whyOf(error: unknown): string {
  return escapeLine(messageOf(error)).replace(/\.$/, '');
}

export function changeLine({ step, note }: StepResult, causes: readonly string[]): string {
  const { verb, subject } = describeStep(step);
  const more = note === undefined ? '' : `; ${escapeLine(note)}`;
  return `${verb} ${subject}: ${escapeLine(step.reason)}${more}${causedBy(causes)}`;
}

export function failureLine(step: Step, { message }: StepFailure): string {
  const { verb, subject } = describeStep(step);
  return `${verb} ${subject}: ${escapeLine(message)}`;
}

export function skippedLine({ step, note = '' }: StepResult): string {
  const { verb, subject } = describeStep(step);
  return `left for later: ${verb} ${subject}: ${escapeLine(note)}`;
}

/** A finding with every field that differs. */
export function findingLine(finding: Finding): string {
  const subject = subjectOf(finding);
  const fields = (finding.drift ?? []).map(fieldText);
  const more = fields.length === 0 ? '' : ` (${fields.join('; ')})`;
  const verb = noted[finding.find] ?? finding.find;
  return `${verb}${subject === '' ? '' : ` ${subject}`}: ${escapeLine(finding.reason)}${more}`;
}

function counted(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${String(count)} ${count === 1 ? one : many}`];
}

/** What a pass found that had nothing to change. */
export function asDeclaredLine({ findings }: Report): string {
  const settled = findings.filter(({ find }) => find === 'unchanged' || find === 'kept');
  const count = (job: Finding['job']): number => settled.filter(finding => finding.job === job).length;
  const ofWarps = settled.filter(({ job }) => job === 'warps');
  // A warp that is itself routed through another one has a finding as each of them.
  const containers = new Set(ofWarps.flatMap(({ container }) => container ?? []));
  const guarded = ofWarps.filter(
    ({ container, network }) => container === undefined && network !== undefined,
  );
  const parts = [
    ...counted(count('networks'), 'network', 'networks'),
    ...counted(count('attachments'), 'attachment', 'attachments'),
    ...counted(count('proxies'), 'membership of a proxy', 'memberships of proxies'),
    ...counted(containers.size, 'target or warp', 'targets and warps'),
    ...counted(guarded.length, 'guarded network', 'guarded networks'),
  ];
  return `everything is as declared${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}
