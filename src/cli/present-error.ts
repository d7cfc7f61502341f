import { escapeLine, escapeText } from '../lib/model/escape.js';
import { ExitCode, FairleadError, messageOf } from '../lib/model/errors.js';
import { type CommandUsage, usageErrorFrom } from './usage-error.js';

/** A message may name what was typed, and that may be anything: it stays one line of a length to read. */
const longestMessage = 1000;

/** An error of oclif's parser. Its errors with a code are others: a file of the package that cannot be loaded. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && 'oclif' in error && (error as { code?: unknown }).code === undefined;
}

/**
 * An expected failure out of whatever was thrown; undefined for one that nobody expected. Known errors become
 * one message with what to do; unknown ones keep their stack.
 */
export function expected(error: unknown, usage?: CommandUsage): FairleadError | undefined {
  if (error instanceof FairleadError) return error;
  return isUsageError(error) ? usageErrorFrom(error, usage) : undefined;
}

/** What a person reads on standard error. */
export function errorLines(error: unknown, usage?: CommandUsage): string[] {
  const known = expected(error, usage);
  if (known) {
    return [
      `Error: ${escapeLine(known.message, longestMessage)}`,
      ...known.hints.map(hint => `  ${escapeLine(hint, longestMessage)}`),
    ];
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
