import type { Problem } from './source/problem.js';
import { pathText } from './source/tree.js';

/** A problem as `--json` prints it: see docs/configuration.md. */
export function problemJson({ path, example, ...problem }: Problem): Record<string, unknown> {
  return { ...problem, path: pathText(path), ...(example && { example: example.join('\n') }) };
}

/** How many errors and warnings, in words. */
export function problemCount(problems: readonly Problem[]): string {
  const count = (severity: Problem['severity']): number =>
    problems.filter(problem => problem.severity === severity).length;
  const parts = [
    [count('error'), 'error'],
    [count('warning'), 'warning'],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${String(number)} ${word}${number === 1 ? '' : 's'}`)
    .join(', ');
}
