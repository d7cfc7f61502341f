import { isIPv4, isIPv6 } from 'node:net';
import { UsageError } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';

/** Where to listen: an address and port, or a socket in the file system. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

const loopback = '127.0.0.1';
/** The kernel's limit for the name of a socket. */
const longestPath = 107;
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;
const forms = 'Such as :9324, 127.0.0.1:9324, [::1]:9324 or unix:/run/fairlead/metrics.sock';

function isPort(digits: string): boolean {
  return /^\d{1,5}$/.test(digits) && Number(digits) >= 1 && Number(digits) <= 65_535;
}

/** Numbers and dots alone are an address, and have to be a right one. */
function isHost(text: string): boolean {
  return isIPv4(text) || (hostName.test(text) && !/^[\d.]+$/.test(text));
}

function parsePath(text: string, path: string): ListenAddress {
  if (!path.startsWith('/') || path.endsWith('/')) {
    throw new UsageError(`${text} is no address to listen at: the path has to be absolute, of a file.`, [
      forms,
    ]);
  }
  if (Buffer.byteLength(path) > longestPath) {
    throw new UsageError(
      `${text} is no address to listen at: more than ${String(longestPath)} bytes of path.`,
    );
  }
  return { path };
}

/** `:PORT` (on the loopback), `HOST:PORT`, `[IPV6]:PORT` or `unix:/PATH`; anything else is a UsageError. */
export function parseListenAddress(text: string): ListenAddress {
  const shown = escapeLine(text);
  if (text.startsWith('unix:')) return parsePath(shown, text.slice('unix:'.length));
  const [, bracketed, plain, digits = ''] = /^(?:\[(.*)\]|([^[\]:]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (isPort(text)) {
    throw new UsageError(`${shown} is no address to listen at: did you mean :${shown}?`, [forms]);
  }
  if (!isPort(digits)) {
    throw new UsageError(`${shown} is no address to listen at: it needs a port from 1 to 65535.`, [forms]);
  }
  if (bracketed !== undefined ? !isIPv6(bracketed) : plain !== '' && !isHost(plain ?? '')) {
    throw new UsageError(`${shown} is no address to listen at: what is before the port is no host.`, [forms]);
  }
  return { host: bracketed ?? (plain === '' ? undefined : plain) ?? loopback, port };
}

/** As it is written on a command line. */
export function listenAddressText(address: ListenAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  const { host, port } = address;
  return isIPv6(host) ? `[${host}]:${String(port)}` : `${host}:${String(port)}`;
}
