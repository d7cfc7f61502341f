import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheRoot } from './cache.js';
import { createDaemonCgroup } from './cgroups.js';
import { startDaemon } from './daemon.js';
import type { Daemon } from './daemon.js';
import { daemonArguments, findFreePrefix } from './daemon-arguments.js';
import type { AddressPool } from './daemon-arguments.js';
import { daemonEnvironment } from './engine-environment.js';
import { createEngineFolder, listEngineFolders, readRecord, writeRecord } from './engine-folder.js';
import { withFileLock } from './file-lock.js';
import { installEngine } from './install-engine.js';
import type { InstalledEngine } from './install-engine.js';
import { holdNamespaces } from './namespaces.js';
import type { EnginePlace } from './namespaces.js';
import { podmanCommand } from './install-podman.js';
import { podmanRelease } from './releases.js';
import type { Release } from './releases.js';
import { sweepEngines } from './sweep-engines.js';
import { startWatchdog } from './watchdog.js';
import type { Watchdog } from './watchdog.js';

export interface EngineOptions {
  readonly release: Release;
  /**
   * True unless said otherwise: a network namespace of the engine's own. False: the caller's, where it
   * changes nothing but adds its bridges; it then has no firewall rules and no network `bridge`.
   */
  readonly isolated?: boolean;
  /** In isolation Docker's own pools unless said otherwise; else a free /16 of 10.0.0.0/8 by /24. */
  readonly pools?: readonly AddressPool[];
  readonly bip?: string;
  /** Listening addresses besides the socket, such as `tcp://127.0.0.1:2376` (in the engine's namespace). */
  readonly hosts?: readonly string[];
  /** Further arguments of dockerd; the last of two equal ones holds. */
  readonly daemonArgs?: readonly string[];
  /** Unique among the engines of this machine; made up when left out. */
  readonly name?: string;
  readonly timeoutMs?: number;
}

/** Everything of an engine but its daemon, which comes and goes. */
export interface EngineParts {
  readonly name: string;
  readonly folder: string;
  readonly installed: InstalledEngine;
  readonly place: EnginePlace;
  readonly watchdog: Watchdog;
  /** A daemon on what is there of its data: of the release that it began with, or of a later one. */
  launch(installed: InstalledEngine): Promise<Daemon>;
}

export async function prepareEngine(options: EngineOptions): Promise<EngineParts> {
  const { release, isolated = true, timeoutMs = 30_000 } = options;
  if (release === podmanRelease && !isolated) throw new RangeError('a private Podman is always isolated');
  const installed = await installEngine(release);
  sweepEngines();
  const folder = createEngineFolder(release, options.name);
  const name = basename(folder);
  const env = daemonEnvironment(installed, folder);
  const watchdog = startWatchdog(folder, env);
  try {
    const cgroupProcs = createDaemonCgroup(name);
    const pools = isolated ? options.pools : [await claimPool(folder)];
    const settings = {
      isolated,
      hosts: options.hosts ?? [],
      daemonArgs: options.daemonArgs ?? [],
      ...(pools && { pools }),
      ...(options.bip !== undefined && { bip: options.bip }),
    };
    const command =
      release === podmanRelease
        ? podmanCommand(folder)
        : ['dockerd', ...daemonArguments(folder, name, settings)];
    const place = await holdNamespaces({
      folder,
      cgroupProcs,
      isolated,
      libraryFolder: installed.libraryFolder,
      rootFolder: installed.rootFolder,
      env,
    });
    const record = readRecord(folder);
    if (record) writeRecord(folder, { ...record, place });
    const launch = (as: InstalledEngine): Promise<Daemon> =>
      startDaemon({ folder, place, command, env: daemonEnvironment(as, folder), timeoutMs });
    return { name, folder, installed, place, watchdog, launch };
  } catch (error) {
    await watchdog.dismiss();
    throw error;
  }
}

/** One at a time, so that two engines never take the same. */
function claimPool(folder: string): Promise<AddressPool> {
  return withFileLock(join(cacheRoot(), 'pools.lock'), async () => {
    const taken = listEngineFolders().map(readSharedPrefix);
    const prefix = findFreePrefix(candidate => taken.includes(candidate));
    writeFileSync(join(folder, 'shared-prefix'), prefix);
    return Promise.resolve({ base: `${prefix}0.0/16`, size: 24 });
  });
}

function readSharedPrefix(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'shared-prefix'), 'utf8');
  } catch {
    return undefined;
  }
}
