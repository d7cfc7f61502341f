import { type Palette, plain } from '../lib/report/palette.js';
import type { GlobalFlags } from './flags/global-flags.js';

type Stream = NodeJS.WriteStream;

/** How long something may take before a spinner says that it is going on. */
const spinnerDelayMs = 150;

/** Colour is for a terminal whose owner has not said no; each stream is judged by itself. */
export function wantsColour(stream: Stream, flags: GlobalFlags, env: NodeJS.ProcessEnv): boolean {
  if (flags['no-color'] || (env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY && env['TERM'] !== 'dumb';
}

/** The palette for a stream. chalk is loaded only where there is colour: it decides by itself too, and not by NO_COLOR. */
export async function paletteFor(
  stream: Stream,
  flags: GlobalFlags,
  env: NodeJS.ProcessEnv,
): Promise<Palette> {
  if (!wantsColour(stream, flags, env)) return plain;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    added: chalk.green,
    removed: chalk.red,
    changed: chalk.yellow,
    failed: chalk.red.bold,
    warned: chalk.yellow,
    faint: chalk.dim,
    strong: chalk.bold,
  };
}

export interface Spinner {
  /** What is going on; seen only where there is a spinner. */
  say(text: string): void;
  /** What must be seen: a line of its own where there is no spinner. */
  announce(text: string): void;
  stop(): void;
}

function noSpinner(flags: GlobalFlags): Spinner {
  return {
    say: () => undefined,
    announce: text => {
      if (!flags.quiet) process.stderr.write(`${text}\n`);
    },
    stop: () => undefined,
  };
}

/**
 * A spinner on standard error, where someone can watch it: a terminal that has columns (ora writes without end to
 * one of 0 columns), outside CI, without `--json` or `--quiet`. It appears only when there is something to wait for.
 */
export function spinnerFor(flags: GlobalFlags, env: NodeJS.ProcessEnv): Spinner {
  const { stderr } = process;
  const watched = stderr.isTTY && stderr.columns > 0 && env['TERM'] !== 'dumb' && !env['CI'];
  if (!watched || flags.json || flags.quiet) return noSpinner(flags);
  let text = '';
  let stopped = false;
  let spinner: { text: string; stop: () => unknown } | undefined;
  const show = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    const colour = wantsColour(stderr, flags, env);
    if (stopped) return;
    // With its default ora reads standard input and throws away what is typed.
    spinner = ora({
      text,
      stream: stderr,
      discardStdin: false,
      ...(!colour && { color: false as const }),
    }).start();
  };
  const timer = setTimeout(() => void show(), spinnerDelayMs);
  const say = (next: string): void => {
    text = next;
    if (spinner) spinner.text = next;
  };
  return {
    say,
    announce(next) {
      say(next);
      if (!spinner) stderr.write(`${next}\n`);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      spinner?.stop();
    },
  };
}
