import type { ExternalServer } from '../model/kernel-view.js';

/**
 * The name servers that the engine asks for a container, by the comment it leaves in the container's resolv.conf since
 * Engine 26.0: `# ExtServers: [host(127.0.0.53) 9.9.9.9]`. Undefined where there is no such comment.
 */
export function readExternalServers(resolver: string): readonly ExternalServer[] | undefined {
  const list = /^# ExtServers: \[([^\]\n]*)\]$/m.exec(resolver)?.[1];
  return list
    ?.split(' ')
    .filter(entry => entry !== '')
    .map(entry => {
      const inner = /^host\((.*)\)$/.exec(entry)?.[1];
      return { address: inner ?? entry, fromHost: inner !== undefined };
    });
}
