import { readFile, stat } from 'node:fs/promises';
import type { ContainerProcess } from '../model/namespace.js';
import { describeLook, gone } from './namespace-failure.js';
import type { OpenNamespace } from './open-namespace.js';

/** The interfaces that /proc/PID/net/dev lists: those of the namespace that process is in, whatever /sys shows. */
export async function interfacesOf(process: string, proc = '/proc'): Promise<string[]> {
  const text = await readFile(`${proc}/${process}/net/dev`, 'utf8');
  return [...text.matchAll(/^ *([^\s|]+):/gm)].map(([, name = '']) => name);
}

/** Those of an open namespace, as long as the process it was found by is still in it. */
export async function interfacesIn(within: OpenNamespace, process: ContainerProcess): Promise<string[]> {
  try {
    const interfaces = await interfacesOf(String(within.pid));
    if ((await stat(`/proc/${String(within.pid)}/ns/net`)).ino === within.inode) return interfaces;
  } catch (error) {
    throw describeLook(process, error);
  }
  throw gone(process);
}
