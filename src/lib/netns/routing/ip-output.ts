import { ExitCode } from '../../model/errors.js';
import { KernelError } from '../kernel-error.js';

/** One object that `ip -j` prints; what is in it is not believed yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** What the commands of one `ip -j -batch` printed: an array each, in a line each. */
export function readBatchOutput(stdout: string, commands: number): readonly (readonly Fields[])[] {
  const answers = stdout
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(readArray);
  if (answers.length !== commands) throw unreadable();
  return answers;
}

function readArray(line: string): readonly Fields[] {
  const read = parse(line);
  if (!Array.isArray(read)) throw unreadable();
  // What a filter has left out comes as {}.
  return read.filter(isFields).filter(fields => Object.keys(fields).length > 0);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw unreadable(error);
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(cause?: unknown): KernelError {
  return new KernelError('no-answer', 'What ip printed cannot be read: it is not the JSON it should be.', {
    exit: ExitCode.failed,
    cause,
  });
}

/** A number that is whole and in these bounds; with -N, ip gives some as text. */
export function wholeNumber(value: unknown, most: number, least = 0): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined;
  return number >= least && number <= most ? number : undefined;
}
