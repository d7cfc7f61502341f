import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ExternalServer } from '../model/namespace.js';

/**
 * The name servers that the engine asks for a container, by the comment it leaves in the container's resolv.conf since
 * Engine 26.0: `# ExtServers: [host(127.0.0.53) 9.9.9.9]`. Undefined where there is no such comment.
 */
export function parseExternalServers(resolver: string): readonly ExternalServer[] | undefined {
  const list = /^# ExtServers: \[([^\]\n]*)\]$/m.exec(resolver)?.[1];
  return list
    ?.split(' ')
    .filter(entry => entry !== '')
    .map(entry => {
      const inner = /^host\((.*)\)$/.exec(entry)?.[1];
      return { address: inner ?? entry, fromHost: inner !== undefined };
    });
}

/** More than the engine ever writes. The container may write to the file too, and make it as long as it likes. */
const mostBytes = 65_536;

/** Undefined too where the engine's files are not to be seen from here, as in most containers. */
export async function readExternalServers(file: string): Promise<readonly ExternalServer[] | undefined> {
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(mostBytes) });
    return parseExternalServers(buffer.toString('utf8', 0, bytesRead));
  } catch {
    return undefined;
  }
}
