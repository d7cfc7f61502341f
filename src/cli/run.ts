import { fileURLToPath } from 'node:url';
import { flush, run } from '@oclif/core';
import { errorLines, exitOf, expected } from './present-error.js';
import { errorJson, unexpectedJson } from '../lib/report/json.js';
import { messageOf } from '../lib/model/errors.js';

/** A failure outside of any command: an unknown command, mostly. */
function tell(error: unknown, args: readonly string[]): void {
  if (!args.includes('--json')) {
    process.stderr.write(`${errorLines(error).join('\n')}\n`);
    return;
  }
  const known = expected(error);
  const command = args.filter(arg => !arg.startsWith('-')).join(' ');
  const document = known ? errorJson(command, known) : unexpectedJson(command, messageOf(error));
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/**
 * Runs the command line. `root` is the URL of a file of the package; oclif looks for the package from a *path*, and
 * given a URL it would end up in the working directory and run what it finds there. No plugin is loaded but the
 * package itself: oclif would otherwise run what it finds under the user's data directory, as root.
 */
export async function main(root: string, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  try {
    await run([...args], { root: fileURLToPath(root), userPlugins: false, devPlugins: false });
  } catch (error) {
    process.exitCode = exitOf(error);
    tell(error, args);
  }
  await flush();
}
