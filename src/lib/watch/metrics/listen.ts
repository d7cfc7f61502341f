import { lstat, unlink } from 'node:fs/promises';
import { type Server, connect } from 'node:net';
import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import { type ListenAddress, listenAddressText } from './listen-address.js';
import { codeOf } from '../../model/error-code.js';

const whys: Readonly<Record<string, string>> = {
  EADDRINUSE: 'somebody listens there already',
  EADDRNOTAVAIL: 'the host has no such address',
  EACCES: 'no permission',
  ENOTFOUND: 'there is no such host',
  ENOENT: 'the folder is not there',
};

function cannotListen(address: ListenAddress, error: unknown): FairleadError {
  const code = codeOf(error) ?? '';
  const why = whys[code] ?? escapeLine(messageOf(error));
  return new FairleadError(`Cannot listen at ${escapeLine(listenAddressText(address))}: ${why}.`, {
    code: 'listen',
    exit: code === 'EACCES' ? ExitCode.privileges : ExitCode.failed,
    hints: code === 'EADDRINUSE' ? ['Name another address with --metrics, or leave it out.'] : [],
    cause: error,
  });
}

function attempt(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Whether the socket was left behind: it is one, and nobody listens at it. */
async function isLeftBehind(path: string): Promise<boolean> {
  if (!(await lstat(path)).isSocket()) return false;
  return new Promise(resolve => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', error => resolve(codeOf(error) === 'ECONNREFUSED'));
  });
}

/** Listens, also at a socket that a killed process left behind; gives where, with the port that was free for port 0. */
export async function listenAt(server: Server, address: ListenAddress): Promise<ListenAddress> {
  try {
    await attempt(server, address).catch(async (error: unknown) => {
      if (codeOf(error) !== 'EADDRINUSE' || !('path' in address)) throw error;
      if (!(await isLeftBehind(address.path))) throw error;
      await unlink(address.path);
      await attempt(server, address);
    });
  } catch (error) {
    throw cannotListen(address, error);
  }
  const bound = server.address();
  return bound !== null && typeof bound === 'object' && 'host' in address
    ? { host: address.host, port: bound.port }
    : address;
}
