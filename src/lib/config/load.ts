import { join } from 'node:path';
import { ExitCode, FairleadError } from '../model/errors.js';
import { defaultConfig } from './default-config.js';
import { Origins } from './origin.js';
import { problemLines, problemSentence } from './problem-text.js';
import type { FairleadConfig } from './schema.js';
import { environmentOverrides, type Override } from './settings.js';
import { findConfig } from './source/find-config.js';
import { emptyMap } from './source/overlay.js';
import type { Problem } from './source/problem.js';
import { type ConfigSource, readSource } from './source/read-source.js';

/** What a config is loaded for: all that is known of the process, so that nothing here asks it. */
export interface ConfigRequest {
  readonly workingDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly homeDirectory: string;
  readonly uid?: number | undefined;
  /** `--config`. */
  readonly file?: string | undefined;
  /** What other flags say. */
  readonly flags?: readonly Override[] | undefined;
  readonly systemDirectory?: string | undefined;
}

export interface LoadedConfig {
  readonly config: FairleadConfig;
  /** Absent where there is none. */
  readonly file?: string;
  /** Which version of the file it is. */
  readonly version?: string;
  readonly origins: Origins;
  /** True where the file has no section that declares anything. */
  readonly silent?: true;
  readonly warnings: readonly Problem[];
}

/** A config that cannot be acted on, with everything that is wrong with it. */
export class ConfigError extends FairleadError {
  readonly problems: readonly Problem[];

  /** Without a file, or with none of the errors in it, the message is the first of what flags and variables say wrong. */
  constructor(file: string | undefined, problems: readonly Problem[]) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    const [first, ...more] = errors;
    if (first && errors.every(error => error.file !== file)) {
      super(problemSentence(first), {
        code: 'config-invalid',
        exit: ExitCode.usage,
        hints: more.map(error => problemSentence(error)),
      });
      this.problems = problems;
      return;
    }
    const count = errors.length === 1 ? 'an error' : `${String(errors.length)} errors`;
    super(`The config ${file ?? ''} has ${count}.`, {
      code: 'config-invalid',
      exit: ExitCode.usage,
      hints: errors.flatMap(problemLines),
    });
    this.problems = problems;
  }
}

/** The effective config: flags over FAIRLEAD_… over the file over the defaults. Throws a ConfigError. */
export async function loadConfig(request: ConfigRequest): Promise<LoadedConfig> {
  const source = await locateConfig(request);
  const overrides = [...environmentOverrides(request.env), ...(request.flags ?? [])];
  if (!source && overrides.every(isChecked)) {
    const config = withOverrides(defaultConfig(), overrides);
    return { config, origins: new Origins(undefined, emptyMap, overrides), warnings: [] };
  }
  const { examine } = await import('./examine.js');
  const { config, problems, origins, silent } = await examine(source, overrides, request.env);
  if (!config || problems.some(({ severity }) => severity === 'error'))
    throw new ConfigError(source?.file, problems);
  const { file, version } = source ?? {};
  return {
    config,
    ...(file !== undefined && { file }),
    ...(version !== undefined && { version }),
    origins,
    ...(silent && { silent }),
    warnings: problems,
  };
}

/**
 * Flags are checked where they are parsed, and docker's variables by whoever connects: without a file and variables
 * of our own there is nothing to hold against the schema, which takes longer to load than most commands to run.
 */
function isChecked({ from, name }: Override): boolean {
  return from === 'flag' || name.startsWith('DOCKER_');
}

function withOverrides(config: FairleadConfig, overrides: readonly Override[]): FairleadConfig {
  for (const { path, value } of overrides) {
    const last = path.at(-1);
    let section = config as unknown as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) section = section[key] as typeof section;
    if (last !== undefined) section[last] = value;
  }
  return config;
}

/** The file that is meant, read; nothing where there is none, an error where one is named that is not there. */
export async function locateConfig(request: ConfigRequest): Promise<ConfigSource | undefined> {
  const { env, uid, workingDirectory, homeDirectory } = request;
  const named = request.file ?? env['FAIRLEAD_CONFIG'];
  // Set to nothing it says that there is no config.
  if (named === '') return undefined;
  if (named !== undefined) return readSource(named, { uid });
  const found = await findConfig({
    workingDirectory,
    userDirectory: userDirectory(env['XDG_CONFIG_HOME'], homeDirectory),
    systemDirectory: request.systemDirectory ?? '/etc/fairlead',
  });
  if (!found) return undefined;
  const source = await readSource(found.file, { uid, property: found.property });
  const shadowed = found.shadowed.map((file): Problem => ({
    file,
    path: [],
    message: `this is not read, because ${found.file} is`,
    severity: 'warning',
  }));
  return { ...source, warnings: [...source.warnings, ...shadowed] };
}

/** XDG: set to nothing is unset, and a relative path does not count. */
function userDirectory(configured: string | undefined, homeDirectory: string): string {
  return configured?.startsWith('/') ? configured : join(homeDirectory, '.config');
}
