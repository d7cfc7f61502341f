import { ExitCode } from '../lib/model/errors.js';
import { escapeJson } from '../lib/model/escape.js';

/** Whoever reads our output may stop before its end, as `head` does: that is no failure of ours. A full disk is. */
export function watchOutput(): void {
  // oclif has a listener of its own, which would end the program with a stack.
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.exitCode = ExitCode.failed;
    process.stderr.write(`Error: Could not write the output: ${error.message}.\n`);
  });
  process.stderr.on('error', () => undefined);
}

/** The one document of `--json`. A terminal may be what shows it, so that it is as harmless as all other text. */
export function printJson(document: unknown): void {
  process.stdout.write(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
}

/** One of the objects that a program which goes on prints, a line each. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${escapeJson(JSON.stringify(value))}\n`);
}
