import { loadConfig } from '../../lib/config/load.js';
import { problemLine } from '../../lib/config/problem-text.js';
import { FairleadError } from '../../lib/model/errors.js';
import { configRequest } from '../config-request.js';
import type { Connection } from '../connection.js';
import type { GlobalFlags } from '../global-flags.js';
import { errorLines } from '../present-error.js';

/** What of a config is read once, at the start. */
const fixed = ['docker', 'logging', 'watch'] as const;

/**
 * The connection with the config as it is now; undefined where that cannot be used: the old one stays in force.
 * `started` is the config that this process began with.
 */
export async function reloadConfig(
  connection: Connection,
  flags: GlobalFlags,
  started: Connection['config'],
): Promise<Connection | undefined> {
  const { log } = connection;
  try {
    const loaded = await loadConfig(configRequest(flags, connection.configFile));
    const { config } = loaded;
    const warnings = loaded.warnings.map(problemLine);
    for (const warning of warnings) log.warn(warning);
    const needRestart = fixed.filter(key => JSON.stringify(config[key]) !== JSON.stringify(started[key]));
    if (needRestart.length > 0) {
      log.warn('some of the new config takes a restart', { sections: needRestart.join(', ') });
    }
    log.info('the new config is in force', { file: connection.configFile ?? '' });
    return { ...connection, config, warnings };
  } catch (error) {
    if (!(error instanceof FairleadError)) throw error;
    log.error('the new config is refused: the old one stays in force');
    for (const line of errorLines(error)) log.error(line);
    return undefined;
  }
}
