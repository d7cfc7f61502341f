import { nearest } from '../lib/config/nearest.js';
import { UsageError } from '../lib/model/errors.js';

/** What a message about wrong usage tells of the command that was meant. */
export interface CommandUsage {
  readonly command: string;
  /** Long names, without dashes. */
  readonly flags: readonly string[];
  readonly example: string | undefined;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function unknownFlags(unknown: readonly string[], { command, flags }: CommandUsage): UsageError {
  const meant = unknown.flatMap(flag => nearest(flag.replace(/^--?(no-)?/, ''), flags) ?? []);
  const one = unknown.length === 1;
  return new UsageError(`There ${one ? 'is no flag' : 'are no flags'} ${listed(unknown)}.`, [
    meant.length > 0
      ? `Did you mean ${meant.map(flag => `--${flag}`).join(', ')}?`
      : `See them all: fairlead ${command} --help`,
  ]);
}

function missing(wanted: readonly string[], { command, example }: CommandUsage): UsageError {
  return new UsageError(`${command} needs ${listed(wanted)}.`, [
    ...(example === undefined ? [] : [`For example: ${example}`]),
    `See fairlead ${command} --help`,
  ]);
}

function missingFlags(message: string): string[] {
  return [...message.matchAll(/^\s*Missing required flag ([\w-]+)$/gm)].map(([, flag = '']) => `--${flag}`);
}

/** The text of oclif's other errors as one sentence, without what they say of help. */
function sentence(message: string): string {
  const text = message
    .replace(/See more help with --help/, '')
    .replace(/^Parsing (--[\w-]+)\s+/, '$1: ')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .join(' ');
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function names(entries: unknown): string[] {
  if (!Array.isArray(entries)) return [];
  return (entries as unknown[]).flatMap(entry => {
    if (typeof entry === 'string') return entry;
    const named = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
    return typeof named === 'string' ? named : [];
  });
}

/** An error of oclif's parser in our words. What it is about stands in its fields, not only in its text. */
export function usageErrorFrom(error: Error, usage: CommandUsage | undefined): UsageError {
  const seeHelp = `See fairlead ${usage ? `${usage.command} ` : ''}--help`;
  if (usage && 'flags' in error) return unknownFlags(names(error.flags), usage);
  if (usage && 'args' in error && Array.isArray(error.args)) {
    const extra = error.args.filter(arg => typeof arg === 'string');
    if (extra.length === 0) {
      return missing(
        names(error.args).map(name => name.toUpperCase()),
        usage,
      );
    }
    return new UsageError(`${usage.command} takes fewer arguments; too many: ${extra.join(' ')}.`, [seeHelp]);
  }
  // Of these oclif tells in its text alone.
  const required = usage && missingFlags(error.message);
  if (required && required.length > 0) return missing(required, usage);
  return new UsageError(sentence(error.message), [seeHelp]);
}
