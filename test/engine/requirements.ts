import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EngineUnavailableError } from './engine-errors.js';

/** Signs every Debian suite; part of every Debian, a package of its own elsewhere. */
export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

const commands: readonly (readonly [command: string, debianPackage: string])[] = [
  ['apt-get', 'apt'],
  ['apt-cache', 'apt'],
  ['apt-config', 'apt'],
  ['dpkg-deb', 'dpkg'],
  ['tar', 'tar'],
  ['mount', 'mount'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['flock', 'util-linux'],
  ['setsid', 'util-linux'],
];

/** Throws unless this machine can fetch and run private engines. */
export function requireMachine(): void {
  const missing = findMissing();
  if (missing.length > 0) {
    throw new EngineUnavailableError(`cannot run a private Docker engine here: ${missing.join('; ')}`);
  }
}

function findMissing(): string[] {
  if (process.platform !== 'linux') {
    return [
      `this is ${process.platform}, and engines need Linux: run the engine tests on a Debian 12 machine`,
    ];
  }
  const missing: string[] = [];
  if (process.getuid?.() !== 0) {
    missing.push('not root, which namespaces and mounts need: run it with sudo, or in a root shell');
  }
  for (const [command, debianPackage] of commands) {
    if (!isOnPath(command)) missing.push(`no ${command}: install the package ${debianPackage}`);
  }
  if (!existsSync(debianKeyring)) {
    missing.push(`no ${debianKeyring}: install the package debian-archive-keyring`);
  }
  if (missing.length === 0 && spawnSync('unshare', ['--net', '--mount', 'true']).status !== 0) {
    missing.push(
      'unshare(2) is refused: in a container, give it --privileged or CAP_SYS_ADMIN and CAP_NET_ADMIN',
    );
  }
  return missing;
}

function isOnPath(command: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/sbin', '/sbin'].some(folder => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
