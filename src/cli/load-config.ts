import { homedir } from 'node:os';
import type { LoadedConfig } from '../lib/config/load.js';
import type { Override } from '../lib/config/settings.js';
import type { GlobalFlags } from './global-flags.js';

/** What the global flags say in the config's place. */
function overrides(flags: GlobalFlags): Override[] {
  const level = flags['log-level'];
  return level === undefined
    ? []
    : [{ path: ['logging', 'level'], value: level, name: '--log-level', from: 'flag' }];
}

/** The effective config of this process. Throws a ConfigError with everything that is wrong with it. */
export async function loadEffectiveConfig(flags: GlobalFlags): Promise<LoadedConfig> {
  const { loadConfig } = await import('../lib/config/load.js');
  return loadConfig({
    workingDirectory: process.cwd(),
    env: process.env,
    homeDirectory: homedir(),
    uid: process.getuid?.(),
    file: flags.config,
    flags: overrides(flags),
  });
}
