import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineUnavailableError } from './engine-errors.js';

const cgroupRoot = '/sys/fs/cgroup';

/** For `--cgroup-parent`: all of an engine's containers are below it, in every hierarchy. */
export function cgroupParent(engineName: string): string {
  return `/fairlead-test-${engineName}`;
}

/**
 * Makes the cgroup in which the engine's daemons run, beside its containers, and returns its cgroup.procs.
 *
 * Membership is inherited and cannot be shaken off, so it finds shims and grandchildren that no list of
 * pids would.
 */
export function createDaemonCgroup(engineName: string): string {
  const hierarchy = findHierarchy();
  if (hierarchy === cgroupRoot) makeRoomForControllers();
  const group = join(hierarchy, cgroupParent(engineName), 'daemon');
  mkdirSync(group, { recursive: true });
  return join(group, 'cgroup.procs');
}

/** Version 2 where there is one (alone, or beside version 1), for its cgroup.kill. */
function findHierarchy(): string {
  const candidates = [
    cgroupRoot,
    ...['unified', 'pids', 'systemd', 'freezer'].map(name => join(cgroupRoot, name)),
  ];
  const hierarchy = candidates.find(candidate => existsSync(join(candidate, 'cgroup.procs')));
  if (hierarchy) return hierarchy;
  throw new EngineUnavailableError(
    `no cgroups under ${cgroupRoot}: mount them, or start this container --privileged`,
  );
}

/**
 * In a container the root we see is an inner cgroup: while it has processes of its own it cannot pass its
 * controllers on, and no container would start. They move one level down, as docker:dind does it too.
 */
function makeRoomForControllers(): void {
  const isInnerCgroup = existsSync(join(cgroupRoot, 'cgroup.type'));
  if (!isInnerCgroup) return;
  const leaf = join(cgroupRoot, 'init');
  if (!readdirSync(cgroupRoot).includes('init')) mkdirSync(leaf);
  for (const pid of readFileSync(join(cgroupRoot, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
    try {
      writeFileSync(join(leaf, 'cgroup.procs'), pid);
    } catch {
      // Ended meanwhile, or a kernel thread: neither is in the way.
    }
  }
}
