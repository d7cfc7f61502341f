import { fstatSync } from 'node:fs';
import type { FairleadConfig } from '../lib/config/schema.js';
import { createLog } from '../lib/log/create-log.js';
import type { LogFormat } from '../lib/log/log-line.js';
import type { Log } from '../lib/model/log.js';
import type { GlobalFlags } from './flags/global-flags.js';

const standardError = 2;

/** Whether standard error is the journal: systemd says which file that is. */
function isJournal(env: NodeJS.ProcessEnv): boolean {
  const journal = env['JOURNAL_STREAM'];
  if (journal === undefined) return false;
  try {
    const { dev, ino } = fstatSync(standardError);
    return journal === `${String(dev)}:${String(ino)}`;
  } catch {
    return false;
  }
}

function formatFor(format: FairleadConfig['logging']['format']): LogFormat {
  if (format !== 'auto') return format;
  return process.stderr.isTTY ? 'pretty' : 'text';
}

/** The log of this process: on standard error, so that it never mixes with results. */
export function logFor(flags: GlobalFlags, { logging }: FairleadConfig, env: NodeJS.ProcessEnv): Log {
  return createLog({
    level: flags.quiet && flags['log-level'] === undefined ? 'error' : logging.level,
    format: formatFor(logging.format),
    journal: isJournal(env),
    write: line => process.stderr.write(line),
    now: () => new Date(),
  });
}
