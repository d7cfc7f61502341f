import { escapeLine } from '../model/escape.js';
import type { Finding, FindingKind } from '../model/plan.js';
import type { Report, StepResult } from '../model/report.js';
import { alignColumns } from './columns.js';
import { describeStep, fieldText, subjectOf } from './describe.js';
import { type Palette, plain } from './palette.js';
import { summaryOf } from './summary.js';

/** Findings that a reader must see without asking; `kept` and `ignored` are for the listings. */
const shown: Partial<Record<FindingKind, { readonly sign: string; readonly verb: string }>> = {
  drift: { sign: '!', verb: 'drift' },
  'label-drift': { sign: '!', verb: 'label drift' },
  refused: { sign: 'x', verb: 'refused' },
  blocked: { sign: '!', verb: 'blocked' },
  undeclared: { sign: '!', verb: 'undeclared' },
  unmatched: { sign: '?', verb: 'no match' },
  unchanged: { sign: '=', verb: 'unchanged' },
};

interface Line {
  readonly sign: string;
  readonly cells: readonly string[];
  /** Lines that go below, indented. */
  readonly below: readonly string[];
}

function stepLine(result: StepResult): Line {
  const { sign, verb, subject } = describeStep(result.step);
  const reason = escapeLine(result.step.reason);
  if (result.outcome === 'failed') {
    const { message = 'failed', hints = [] } = result.failure ?? {};
    return {
      sign: 'x',
      cells: [verb, subject, escapeLine(message)],
      below: hints.map(hint => escapeLine(hint)),
    };
  }
  if (result.outcome === 'skipped') {
    return { sign: 'x', cells: [verb, subject, `skipped: ${escapeLine(result.note ?? '')}`], below: [] };
  }
  const note = result.note === undefined ? '' : ` (${escapeLine(result.note)})`;
  const shownSign = result.outcome === 'unchanged' ? '=' : sign;
  return { sign: shownSign, cells: [verb, subject, `${reason}${note}`], below: [] };
}

function findingLine(finding: Finding): Line[] {
  const look = shown[finding.find];
  // A selector that describes no container at present is nothing to mend; a name that none has may be misspelt.
  if (!look || (finding.find === 'unmatched' && finding.container === undefined)) return [];
  const fields = (finding.drift ?? []).map(fieldText);
  return [
    {
      sign: look.sign,
      cells: [look.verb, subjectOf(finding), escapeLine(finding.reason)],
      below: [...fields, ...(finding.hints ?? []).map(hint => escapeLine(hint))],
    },
  ];
}

function colour(sign: string, palette: Palette): (text: string) => string {
  switch (sign) {
    case '+':
      return palette.added;
    case '-':
      return palette.removed;
    case '~':
      return palette.changed;
    case 'x':
      return palette.failed;
    case '!':
    case '?':
      return palette.warned;
    default:
      return palette.faint;
  }
}

function render(report: Report, palette: Palette): string[] {
  const lines = [...report.results.map(stepLine), ...report.findings.flatMap(findingLine)];
  const aligned = alignColumns(
    lines.map(({ sign, cells: [verb = '', ...rest] }) => [`${sign} ${verb}`, ...rest]),
  );
  return lines.flatMap((line, i) => [
    colour(line.sign, palette)(aligned[i] ?? ''),
    ...line.below.map(text => palette.faint(`    ${text}`)),
  ]);
}

/** A report for a person: one line a step with its reason, what was not done and why, and a summary. */
export function reportLines(report: Report, dryRun: boolean, palette: Palette = plain): string[] {
  return [...render(report, palette), summaryOf(report, dryRun)];
}

/** Of a report only what did not come about, for those who want to hear of nothing else. */
export function problemLines(report: Report): string[] {
  const problems = {
    results: report.results.filter(({ outcome }) => outcome === 'failed' || outcome === 'skipped'),
    findings: report.findings.filter(({ find }) => find === 'drift' || find === 'refused'),
  };
  return render(problems, plain);
}
