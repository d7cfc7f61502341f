import { escapeJson } from '../lib/model/escape.js';

/** Whoever reads our output may stop before its end, as `head` does: that is no failure of ours. */
export function endQuietlyOnClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** The one document of `--json`. A terminal may be what shows it, so that it is as harmless as all other text. */
export function printJson(document: unknown): void {
  process.stdout.write(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
}
