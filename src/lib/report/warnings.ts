import { escapeLine } from '../model/escape.js';
import { groupFindings, listedNames } from '../model/group-findings.js';
import type { Finding } from '../model/plan.js';

/** Whether a text names somebody in a word of its own: `app_default` does not name `app`. */
function isNamedIn(text: string, name: string): boolean {
  return text.split(/[^a-zA-Z0-9_.-]+/).some(word => word === name || word === `${name}.`);
}

/** Whom it is about, where the reason does not say so itself: containers rather than the networks they are on. */
function about(findings: readonly Finding[]): string {
  const subjects = findings.map(({ container, network }) => container ?? network ?? '');
  const named = findings.every(({ reason }, at) => isNamedIn(reason, subjects[at] ?? ''));
  const names = named ? '' : listedNames(subjects);
  return names === '' ? '' : `${names}: `;
}

/** Findings that say the same, in one line with whom it is about, and what may be done about it. */
export function toldTogether(
  findings: readonly Finding[],
): { readonly head: string; readonly hints: readonly string[] }[] {
  return groupFindings(findings).map(({ findings: same, reason, hints }) => ({
    head: `${about(same)}${escapeLine(reason)}`,
    hints,
  }));
}

function warnings(findings: readonly Finding[]): ReturnType<typeof toldTogether> {
  return toldTogether(findings.filter(({ find }) => find === 'warning'));
}

/** One line a warning, with whom it is about. */
export function warningHeads(findings: readonly Finding[]): string[] {
  return warnings(findings).map(({ head }) => head);
}

/** Warnings, to be read before anything is done. */
export function warningLines(findings: readonly Finding[]): string[] {
  return warnings(findings).flatMap(({ head, hints }) => [
    `Warning: ${head}`,
    ...hints.map(hint => `  ${escapeLine(hint)}`),
  ]);
}
