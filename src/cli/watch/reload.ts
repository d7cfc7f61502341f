import { hasDeclarations } from '../../lib/config/checks/declares-nothing.js';
import { doubtfulParts } from '../../lib/config/half-written.js';
import type { LoadedConfig } from '../../lib/config/load.js';
import { ConfigError, loadConfig } from '../../lib/config/load.js';
import { problemLine } from '../../lib/config/problem-text.js';
import type { FairleadConfig } from '../../lib/config/schema.js';
import { ExitCode, FairleadError } from '../../lib/model/errors.js';
import { escapeLine } from '../../lib/model/escape.js';
import type { ReloadRequest } from '../../lib/watch/reloads.js';
import { configRequest } from '../config-request.js';
import type { Connection } from '../connection.js';
import type { GlobalFlags } from '../flags/global-flags.js';
import type { ConfigEvent } from './config-event.js';

/** What of a config is read once, at the start. */
const fixed = ['docker', 'logging', 'watch'] as const;

export interface ConfigReloaderOptions {
  readonly flags: GlobalFlags;
  /** The config that this process began with. */
  readonly started: FairleadConfig;
  readonly tell: (event: ConfigEvent) => void;
}

/** Like an empty file, it is what a deploy that was cut off leaves, and would take back everything. */
function declaresNothingAnyMore(file: string): FairleadError {
  return new FairleadError(`The config ${file} declares nothing, and the one in force does.`, {
    code: 'config-declares-nothing',
    exit: ExitCode.usage,
    hints: ['To take everything back, write networks: {}'],
  });
}

/** Reads the config anew. One that cannot be used, or may be half written, leaves the old one in force. */
export class ConfigReloader {
  readonly #options: ConfigReloaderOptions;
  /** The config that was read last and is not in force, because it may be half written. */
  #doubted: string | undefined;

  constructor(options: ConfigReloaderOptions) {
    this.#options = options;
  }

  /** The connection with the config as it is now, where that is to be in force. */
  async read(connection: Connection, request: ReloadRequest): Promise<Connection | 'refused' | 'unsure'> {
    const doubted = this.#doubted;
    this.#doubted = undefined;
    const { log, configFile = '' } = connection;
    let loaded: LoadedConfig;
    try {
      loaded = await loadConfig(configRequest(this.#options.flags, connection.configFile));
      if (loaded.silent && hasDeclarations(connection.config)) throw declaresNothingAnyMore(configFile);
    } catch (error) {
      if (!(error instanceof FairleadError)) throw error;
      this.#refuse(connection, error);
      return 'refused';
    }
    const { config } = loaded;
    const read = JSON.stringify(config);
    const parts = doubtfulParts(connection.config, config);
    const isSure = request.causes.includes('SIGHUP') || (request.isStill && read === doubted);
    if (parts.length > 0 && !isSure) {
      this.#doubted = read;
      // Said once, however many pieces it comes in.
      if (doubted === undefined) {
        log.info(
          'the new config may be half written: it is in force once the file has been still for a while',
          { file: configFile, parts: parts.join(', ') },
        );
      }
      return 'unsure';
    }
    this.#accept(connection, loaded);
    return { ...connection, config, warnings: loaded.warnings.map(problemLine) };
  }

  #accept({ log, configFile = '' }: Connection, { config, warnings }: LoadedConfig): void {
    const { started, tell } = this.#options;
    for (const warning of warnings.map(problemLine)) log.warn(warning);
    const needRestart = fixed.filter(key => JSON.stringify(config[key]) !== JSON.stringify(started[key]));
    if (needRestart.length > 0) {
      log.warn('some of the new config takes a restart', { sections: needRestart.join(', ') });
    }
    log.info('the new config is in force', { file: configFile });
    tell({ state: 'in-force', file: configFile, problems: warnings });
  }

  #refuse({ log, configFile = '' }: Connection, error: FairleadError): void {
    log.error('the new config is refused: the old one stays in force', { file: configFile });
    for (const line of [error.message, ...error.hints]) log.error(escapeLine(line));
    const problems = error instanceof ConfigError ? error.problems : [];
    this.#options.tell({ state: 'refused', file: configFile, problems, error });
  }
}
