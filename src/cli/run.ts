import { fileURLToPath } from 'node:url';
import { Config, run, settings } from '@oclif/core';
import { errorJson, unexpectedJson } from '../lib/report/json.js';
import { messageOf } from '../lib/model/errors.js';
import { commandLineProblem, leadingWords, wantsJson } from './command-line.js';
import { printJson, watchOutput } from './output.js';
import { errorLines, exitOf, expected } from './present-error.js';

/** A failure outside of any command: an unknown command, mostly. */
function tell(error: unknown, args: readonly string[]): void {
  if (!wantsJson(args)) {
    process.stderr.write(`${errorLines(error).join('\n')}\n`);
    return;
  }
  const known = expected(error);
  const command = leadingWords(args).join(' ');
  printJson(known ? errorJson(command, known) : unexpectedJson(command, messageOf(error)));
}

/** `fairlead help network ensure` means what it says. */
function withHelpAsFlag([first, ...rest]: readonly string[]): string[] {
  return first === 'help' ? [...rest, '--help'] : [...(first === undefined ? [] : [first]), ...rest];
}

/**
 * Runs the command line. `root` is the URL of a file of the package; oclif looks for the package from a *path*, and
 * given a URL it would end up in the working directory and run what it finds there. No plugin is loaded but the
 * package itself: oclif would otherwise run what it finds under the user's data directory, as root.
 */
export async function main(root: string, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const args = withHelpAsFlag(argv);
  watchOutput();
  // Not even where NODE_ENV says that somebody develops something: what runs is what was built.
  settings.enableAutoTranspile = false;
  try {
    const config = await Config.load({ root: fileURLToPath(root), userPlugins: false, devPlugins: false });
    const problem = commandLineProblem(args, config.commands);
    if (problem) throw problem;
    await run(args, config);
  } catch (error) {
    process.exitCode = exitOf(error);
    tell(error, args);
  }
}
