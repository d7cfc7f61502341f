import { readFile } from 'node:fs/promises';
import type { HostNetworking } from '../model/kernel-view.js';
import { readGuard } from './guard-table/read-guard.js';
import { interfacesOf } from './interfaces.js';
import { readBridgeMacs } from './read-bridge-macs.js';
import type { FindProgram } from './tool-folders.js';
import type { RunTool } from './tools.js';

/**
 * The namespace that Fairlead runs in. Without nft there can be no guard of ours, and it is not asked for: a host whose
 * networks are not guarded needs none.
 */
export async function readHost(
  run: RunTool,
  findProgram: FindProgram,
  signal?: AbortSignal,
): Promise<HostNetworking> {
  const hasNft = (await findProgram('nft')) !== undefined;
  const [interfaces, bridgeMacs, filtering, resolver, guard] = await Promise.all([
    // Not /sys/class/net, which shows the namespace of whoever mounted it.
    interfacesOf('self'),
    readBridgeMacs(run, signal),
    textOf('/proc/sys/net/bridge/bridge-nf-call-iptables'),
    textOf('/etc/resolv.conf'),
    hasNft ? readGuard(run, signal) : undefined,
  ]);
  return {
    interfaces,
    ...(bridgeMacs && { bridgeMacs }),
    filtersBridged: filtering.trim() === '1',
    nameServers: nameServersOf(resolver),
    ...(!hasNft && { lacksNft: true }),
    ...(guard && { guard }),
  };
}

/** As the C library reads it: a line that begins with the word. */
export function nameServersOf(resolver: string): string[] {
  return [...resolver.matchAll(/^nameserver[ \t]+(\S+)/gm)].map(([, server = '']) => server);
}

/** What is not there is empty: the sysctl comes with a module. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
