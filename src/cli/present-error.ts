import { escapeText } from '../lib/model/escape.js';
import { ExitCode, FairleadError, UsageError, messageOf } from '../lib/model/errors.js';

/** What oclif adds to the errors of its parser and its lookup of commands. */
interface OclifError extends Error {
  readonly oclif?: { readonly exit?: number | false };
}

function isOclifError(error: unknown): error is OclifError {
  return error instanceof Error && 'oclif' in error;
}

/** oclif says where to find help; we say it as a hint, and its other lines as one message. */
function usageErrorFrom(error: OclifError): UsageError {
  const lines = error.message
    .replace(/See more help with --help/, '')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
  const [first = 'wrong usage', ...rest] = lines;
  return new UsageError([first, ...rest].join(' '), ['See --help for how to use it.']);
}

/**
 * An expected failure out of whatever was thrown; undefined for one that nobody expected. Known errors become
 * one message with what to do; unknown ones keep their stack.
 */
export function expected(error: unknown): FairleadError | undefined {
  if (error instanceof FairleadError) return error;
  return isOclifError(error) ? usageErrorFrom(error) : undefined;
}

/** What a person reads on standard error. */
export function errorLines(error: unknown): string[] {
  const known = expected(error);
  if (known) {
    return [`Error: ${escapeText(known.message)}`, ...known.hints.map(hint => `  ${escapeText(hint)}`)];
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  return [
    'Error: Fairlead failed in a way it should not. Please report this:',
    ...stack.split('\n').map(line => `  ${escapeText(line)}`),
  ];
}

export function exitOf(error: unknown): ExitCode {
  return expected(error)?.exit ?? ExitCode.failed;
}
