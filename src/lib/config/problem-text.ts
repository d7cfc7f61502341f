import { escapeText } from '../model/escape.js';
import type { Problem } from './source/problem.js';

/**
 * A problem as compilers tell theirs, so that editors and CI find the place: `file:line:column: error: what and
 * why; allowed: …; did you mean …?`. What the file says cannot reach the terminal as anything but text.
 */
export function problemLine(problem: Problem): string {
  return lineOf(problem, `${problem.severity}: `);
}

/** The same as a message by itself, which nobody needs to be told is an error. */
export function problemSentence(problem: Problem): string {
  return lineOf(problem, '').replace(/[^?]$/, '$&.');
}

function lineOf(
  { file, line, column, message, allowed, suggestion, example }: Problem,
  kind: string,
): string {
  const place = [file, line, column].filter(part => part !== undefined).join(':');
  const more = [
    allowed === undefined ? '' : `; allowed: ${allowed}`,
    suggestion === undefined ? '' : `; did you mean ${suggestion}?`,
    example === undefined ? '' : ', such as',
  ];
  return escapeText(`${place}: ${kind}${message}${more.join('')}`);
}

/** A problem, and below it how it is written where its shape is wrong. */
export function problemLines(problem: Problem): string[] {
  return [problemLine(problem), ...(problem.example ?? []).map(line => escapeText(`    ${line}`))];
}
