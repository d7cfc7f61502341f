import type { Command } from '@oclif/core';
import { nearest } from '../lib/config/nearest.js';
import { UsageError } from '../lib/model/errors.js';

type KnownCommand = Pick<Command.Loadable, 'id' | 'args' | 'strict'>;

const helpFlags = ['--help', '-h', '--version', '-V'];

/** `network:ensure`, as oclif calls it, the way it is typed. */
export function typed(id: string): string {
  return id.replaceAll(':', ' ');
}

/** What was given before `--`, behind which everything is a name. */
function flagsOf(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).filter(arg => arg.startsWith('-'));
}

export function wantsJson(args: readonly string[]): boolean {
  return flagsOf(args).includes('--json');
}

/** The words before the first flag: the command and, behind it, arguments. */
export function leadingWords(args: readonly string[]): readonly string[] {
  const flag = args.findIndex(arg => arg.startsWith('-'));
  return flag < 0 ? args : args.slice(0, flag);
}

function unknownCommand(words: readonly string[], ids: readonly string[]): UsageError {
  const [first = ''] = words;
  const said = words.slice(0, 2).join(' ');
  const commands = ids.map(typed);
  const byVerb = commands.filter(command => command.endsWith(` ${first}`));
  const topics = new Set(commands.map(command => command.split(' ')[0] ?? ''));
  const begun = commands.filter(command => command.startsWith(`${first}-`));
  const meant = begun[0] ?? nearest(said, commands) ?? nearest(first, topics) ?? byVerb.join(' or ');
  return new UsageError(`There is no command ${said}.`, [
    meant === '' ? 'See them all: fairlead --help' : `Did you mean ${meant}?`,
  ]);
}

/**
 * Why a command line names no command that could run; undefined where it does, or asks for help. oclif would call
 * all of it «command not found», arguments behind the command included.
 */
export function commandLineProblem(
  args: readonly string[],
  commands: readonly KnownCommand[],
): UsageError | undefined {
  const words = leadingWords(args);
  const asksForHelp = flagsOf(args).some(flag => helpFlags.includes(flag));
  const [first] = args;
  if (words.length === 0) {
    if (first === undefined || asksForHelp) return undefined;
    return new UsageError(`${first} stands where a command should.`, [
      'Flags go behind the command: fairlead network list --json',
    ]);
  }
  const idOf = (count: number): string => words.slice(0, count).join(':');
  for (let count = words.length; count > 0; count -= 1) {
    const command = commands.find(({ id }) => id === idOf(count));
    if (!command) continue;
    const extra = words.slice(count);
    const takesNone = command.strict !== false && Object.keys(command.args).length === 0;
    if (extra.length === 0 || !takesNone) return undefined;
    return new UsageError(`${typed(command.id)} takes no argument, and ${extra.join(' ')} was given.`, [
      `See fairlead ${typed(command.id)} --help`,
    ]);
  }
  const ids = commands.map(({ id }) => id);
  const inTopic = ids.filter(id => id.startsWith(`${idOf(words.length)}:`));
  if (inTopic.length === 0) return unknownCommand(words, ids);
  // Without a command there is only help to give, and help is no JSON.
  return wantsJson(args) && !asksForHelp
    ? new UsageError(`${words.join(' ')} is no command by itself.`, [
        `Its commands: ${inTopic.map(typed).join(', ')}`,
      ])
    : undefined;
}
