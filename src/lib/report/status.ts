import { escapeLine } from '../model/escape.js';
import type { Finding, FindingKind, Plan } from '../model/plan.js';
import type { Job, Step } from '../model/step.js';
import { alignColumns } from './columns.js';
import { describeStep, fieldText, subjectOf } from './describe.js';
import { groupFindings, listedNames } from '../model/group-findings.js';
import { type Palette, plain } from './palette.js';

/** How one job is kept at this moment. */
export interface JobStatus {
  readonly job: Job;
  /** Objects that are as declared. */
  readonly asDeclared: number;
  /** What is declared for somebody and not counted at present: one that does not run, say. */
  readonly ignored: number;
  /** What a pass would do. */
  readonly toDo: readonly Step[];
  /** What a pass cannot or will not mend, and what to know of. */
  readonly notes: readonly Finding[];
  /** Names and selectors that are declared, and match no container at present. */
  readonly unmatched: readonly Finding[];
}

const jobs: readonly Job[] = ['networks', 'attachments', 'proxies', 'warps'];

const settled: ReadonlySet<FindingKind> = new Set(['unchanged', 'kept']);
const noted: ReadonlySet<FindingKind> = new Set([
  'drift',
  'label-drift',
  'refused',
  'warning',
  'blocked',
  'caveat',
  'undeclared',
]);

/** What a plan says of the state of everything declared, job by job. */
export function statusOf(plan: Plan): JobStatus[] {
  return jobs.map(job => {
    const findings = plan.findings.filter(finding => finding.job === job);
    return {
      job,
      asDeclared: findings.filter(({ find }) => settled.has(find)).length,
      ignored: findings.filter(({ find }) => find === 'ignored').length,
      toDo: plan.steps.filter(step => step.job === job),
      notes: findings.filter(({ find }) => noted.has(find)),
      unmatched: findings.filter(({ find }) => find === 'unmatched'),
    };
  });
}

function headline({ asDeclared, ignored, toDo, notes, unmatched }: JobStatus): string {
  const parts = [
    ...(asDeclared > 0 ? [`${String(asDeclared)} as declared`] : []),
    ...(toDo.length > 0 ? [`${String(toDo.length)} to do`] : []),
    ...(notes.length > 0 ? [`${String(groupFindings(notes).length)} to look at`] : []),
    ...(unmatched.length > 0 ? [`${String(unmatched.length)} without a container`] : []),
  ];
  // Beside the rest they are no news; alone they are not nothing.
  if (parts.length === 0 && ignored > 0)
    return `${String(ignored)} ignored: not running, or not to be counted`;
  return parts.length === 0 ? 'nothing declared' : parts.join(', ');
}

function noteVerb(find: FindingKind): string {
  return find === 'label-drift' ? 'label drift' : find;
}

/** What goes below the line of a group: the fields that differ, and what may be done about it. */
function detailsOf({ findings, hints }: ReturnType<typeof groupFindings>[number]): string[] {
  const fields = findings.flatMap(({ drift = [] }) => drift.map(fieldText));
  return [...new Set(fields), ...hints.map(hint => escapeLine(hint))].map(text => `      ${text}`);
}

/** One line a job, and below it one line for each thing that is not as declared, with what may be done about it. */
export function statusLines(statuses: readonly JobStatus[], palette: Palette = plain): string[] {
  const heads = alignColumns(statuses.map(status => [status.job, headline(status)]));
  return statuses.flatMap(({ toDo, notes, unmatched }, i) => {
    const steps = toDo.map(step => {
      const { sign, verb, subject } = describeStep(step);
      return [`  ${sign} ${verb}`, subject, escapeLine(step.reason)];
    });
    const groups = groupFindings(notes);
    const rest = groups.map(({ find, findings, reason }) => [
      `  ! ${noteVerb(find)}`,
      listedNames(findings.map(subjectOf)),
      escapeLine(reason),
    ]);
    const quiet = unmatched.map(finding => {
      const subject = subjectOf(finding);
      return ['  ? no match', ...(subject === '' ? [] : [subject]), escapeLine(finding.reason)];
    });
    const below = alignColumns([...steps, ...rest, ...quiet]);
    const mended = steps.length + rest.length;
    return [
      heads[i] ?? '',
      ...below.slice(0, steps.length).map(palette.changed),
      ...groups.flatMap((group, at) => [
        palette.warned(below[steps.length + at] ?? ''),
        ...detailsOf(group).map(palette.faint),
      ]),
      ...below.slice(mended).map(palette.faint),
    ];
  });
}
