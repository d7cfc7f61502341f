import { type Stats, statSync } from 'node:fs';
import type { UnixEndpoint } from '../endpoint/endpoint.js';
import type { Explanation } from './explanation.js';

const start = 'Start it: sudo systemctl start docker, or open Docker Desktop.';
const elsewhere = 'A rootless engine or Docker Desktop may listen elsewhere: docker context ls';

/** The kernel refuses a connection to a plain file, a folder and a dead socket alike. */
function whatIsAt(path: string): 'nothing' | 'socket' | 'folder' | 'file' {
  let found: Stats | undefined;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch {
    return 'socket';
  }
  if (!found) return 'nothing';
  if (found.isSocket()) return 'socket';
  return found.isDirectory() ? 'folder' : 'file';
}

export function explainUnixSocket({ path }: UnixEndpoint, code: string): Explanation | undefined {
  const failure = 'unreachable';
  const absent = {
    failure,
    why: 'there is no such socket',
    hints: [`Is Docker running? ${start}`, elsewhere],
  } as const;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return absent;
    case 'EACCES':
    case 'EPERM':
      return {
        failure: 'denied',
        why: 'permission denied',
        hints: [
          'Run the command with sudo, or join the group that owns the socket and log in again:',
          'sudo usermod -aG docker "$USER" (whoever is in that group is as good as root on this machine)',
        ],
      };
    case 'ECONNREFUSED':
    case 'ENOTSOCK':
    case 'EPROTOTYPE':
      switch (whatIsAt(path)) {
        case 'nothing':
          return absent;
        case 'folder':
          return {
            failure,
            why: 'that is a folder, not a socket',
            hints: [
              'Docker makes one when a container mounts the path before there is a socket: remove it.',
              start,
            ],
          };
        case 'file':
          return { failure, why: 'that is a file, not a socket', hints: [elsewhere] };
        case 'socket':
          return {
            failure,
            why: 'the socket is there, but nobody listens on it',
            hints: [`The engine has stopped. ${start}`, 'Why it stopped: journalctl -u docker'],
          };
      }
    case 'EAGAIN':
      return {
        failure,
        why: 'the engine does not accept connections; it hangs or is overloaded',
        hints: ['Its log tells more: journalctl -u docker'],
      };
    case 'ENAMETOOLONG':
    case 'EINVAL':
      return {
        failure,
        why: 'the path is too long for a socket (107 bytes on Linux, 103 on macOS)',
        hints: ['Make a symbolic link with a shorter path.'],
      };
    default:
      return undefined;
  }
}
