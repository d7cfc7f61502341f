import { escapeLine } from './escape.js';
import type { Finding } from './plan.js';

/** What is said in the same words of one or several. */
interface FindingGroup {
  readonly find: Finding['find'];
  readonly reason: string;
  readonly hints: readonly string[];
  readonly findings: readonly Finding[];
}

const mostNames = 5;

/** The same of a hundred containers is said once, where it was said first. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = new Map<string, { find: Finding['find']; reason: string; findings: Finding[] }>();
  for (const finding of findings) {
    const { find, job, reason, hints = [] } = finding;
    const key = JSON.stringify([find, job, reason, hints]);
    const group = groups.get(key) ?? { find, reason, findings: [] };
    group.findings.push(finding);
    groups.set(key, group);
  }
  return [...groups.values()].map(group => ({ ...group, hints: group.findings[0]?.hints ?? [] }));
}

/** `worker, worker-2`, and no more than a line takes. Escaped. */
export function listedNames(names: readonly string[]): string {
  const distinct = [...new Set(names)].filter(name => name !== '').sort();
  const shown = distinct.slice(0, mostNames).map(name => escapeLine(name));
  const more = distinct.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${String(more)} more` : shown.join(', ');
}
