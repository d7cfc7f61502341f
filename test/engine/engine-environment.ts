import { delimiter, join } from 'node:path';
import type { InstalledEngine } from './install-engine.js';

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Nothing of the caller's: no proxy and no DOCKER_ variable may change what a daemon does. */
export function daemonEnvironment(installed: InstalledEngine, folder: string): NodeJS.ProcessEnv {
  return {
    PATH: [...installed.searchPath, systemPath].join(delimiter),
    HOME: folder,
    LC_ALL: 'C.UTF-8',
  };
}

/** For the docker CLI, and for whatever is to find this engine and no other. */
export function clientEnvironment(installed: InstalledEngine, folder: string): NodeJS.ProcessEnv {
  return {
    PATH: [...installed.searchPath, process.env['PATH'] ?? systemPath].join(delimiter),
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    DOCKER_HOST: `unix://${join(folder, 'docker.sock')}`,
    DOCKER_CONFIG: join(folder, 'docker-config'),
    // What Fairlead writes down goes with the engine, and is not the machine's.
    FAIRLEAD_STATE_DIR: join(folder, 'fairlead'),
  };
}

/** What this process was started with, less all that tells programs of another engine. */
export function callerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DOCKER_')));
}
