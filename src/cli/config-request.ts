import { homedir } from 'node:os';
import type { ConfigRequest } from '../lib/config/load.js';
import type { Override } from '../lib/config/settings.js';
import type { GlobalFlags } from './flags/global-flags.js';

/** What loading a config needs to know of this process: asked here and nowhere else. */
export function configRequest(flags: GlobalFlags, file?: string): ConfigRequest {
  return {
    workingDirectory: process.cwd(),
    env: process.env,
    homeDirectory: homedir(),
    uid: process.getuid?.(),
    file: file ?? flags.config,
    flags: flagOverrides(flags),
  };
}

/** The global flags that say what the config could say too. */
function flagOverrides(flags: GlobalFlags): Override[] {
  const given: [path: string[], value: string | undefined, name: string][] = [
    [['docker', 'host'], flags.host, '--host'],
    [['docker', 'context'], flags.context, '--context'],
    [
      ['docker', 'timeout'],
      flags.timeout === undefined ? undefined : `${String(flags.timeout)}s`,
      '--timeout',
    ],
    [['logging', 'level'], flags['log-level'], '--log-level'],
  ];
  return given.flatMap(([path, value, name]): Override[] =>
    value === undefined ? [] : [{ path, value, name, from: 'flag' }],
  );
}
