import { ExitCode, FairleadError } from '../../lib/model/errors.js';
import { escapeLine } from '../../lib/model/escape.js';
import type { Connection } from '../connection.js';
import { runningWatches } from './running-watches.js';

/**
 * Refuses to make a host as one config declares it while a watch keeps it as another does: each would take back what
 * only the other declares, routes and guard among it.
 */
export async function refuseOtherConfig(
  { url, configFile }: Pick<Connection, 'url' | 'configFile'>,
  force: boolean,
): Promise<void> {
  if (force) return;
  const other = (await runningWatches()).find(
    ({ engine, config }) => engine === url && config !== configFile,
  );
  if (!other) return;
  throw new FairleadError(
    `A watch (pid ${String(other.pid)}) keeps this engine as ${other.config} declares, which is another config.`,
    {
      code: 'other-config',
      exit: ExitCode.failed,
      hints: [
        'One config describes one host: each of two would take back what only the other declares.',
        'Put it into that one and reload the watch, or stop the watch; --force goes on all the same.',
      ],
    },
  );
}

/** Two watches of one engine do no harm by one config, and every change is attempted twice. */
export async function warnOfOtherWatches({
  url,
  configFile,
  log,
}: Pick<Connection, 'url' | 'configFile' | 'log'>): Promise<void> {
  for (const { pid, engine, config } of await runningWatches()) {
    if (engine !== url || pid === process.pid) continue;
    const as = config === configFile ? 'by the same config' : `as ${escapeLine(config)} declares`;
    log.warn(`a watch (pid ${String(pid)}) keeps this engine already, ${as}: one of them is enough`);
  }
}
