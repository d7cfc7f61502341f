import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cgroupParent } from './cgroups.js';
import { identifyProcess, isAlive } from './process-identity.js';

/** What to look for when an engine shall be gone. */
export interface EngineMark {
  readonly folder: string;
  /** Of its network namespace; taken while the engine lives. */
  readonly netnsInode: number;
}

export function markEngine(engine: { readonly dir: string; readonly netnsPath: string }): EngineMark {
  return { folder: engine.dir, netnsInode: statSync(engine.netnsPath).ino };
}

/** Everything on this machine that belongs to the engine, a line each: empty when it is gone for good. */
export function findTraces({ folder, netnsInode }: EngineMark): string[] {
  const parent = cgroupParent(basename(folder));
  const roots = [
    '/sys/fs/cgroup',
    ...readdirSync('/sys/fs/cgroup').map(name => join('/sys/fs/cgroup', name)),
  ];
  const cgroups = roots.map(root => join(root, parent)).filter(path => existsSync(path));
  const traces = cgroups.map(path => `cgroup ${path}`);
  if (existsSync(folder)) traces.push(`folder ${folder}`);
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    traces.push(...tracesInProcess(pid, { folder, netnsInode }, parent));
  }
  return traces;
}

/** A zombie holds nothing: its parent has yet to hear of its end. */
function tracesInProcess(pid: string, { folder, netnsInode }: EngineMark, parent: string): string[] {
  const identity = identifyProcess(Number(pid));
  if (!identity || !isAlive(identity)) return [];
  const read = (file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      return '';
    }
  };
  const name = read('comm').trim();
  const found: string[] = [];
  if (read('cgroup').includes(`${parent}/`)) found.push(`process ${pid} ${name} in its cgroup`);
  if (read('cmdline').includes(folder)) found.push(`process ${pid} ${name} with its folder as argument`);
  if (read('mountinfo').includes(folder)) found.push(`mount of its folder, seen by ${pid} ${name}`);
  if (inodeOf(`/proc/${pid}/ns/net`) === netnsInode)
    found.push(`process ${pid} ${name} in its network namespace`);
  return found;
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch {
    return undefined;
  }
}
