import { isIPv6 } from 'node:net';
import { escapeLine } from '../../model/escape.js';
import { UsageError } from '../../model/errors.js';

/** What an endpoint's URL says, before TLS and default ports are known. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly scheme: TcpScheme; readonly host: string; readonly port?: number }
  | SshAddress;

export type TcpScheme = 'tcp' | 'http' | 'https';

export interface SshAddress {
  readonly kind: 'ssh';
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
  /** The engine's socket on the far side, where it is not that machine's default. */
  readonly path?: string;
}

interface Parts {
  readonly userinfo?: string;
  readonly host: string;
  readonly port?: number;
  readonly path: string;
}

/** Its message repeats nothing of the text, of which only `redactUrl` knows what may be shown. */
class Malformed extends Error {}

const forms =
  'Accepted: unix:///path, tcp://host:port, http://host:port, https://host:port, ssh://user@host.';

// Both are arguments of the system's ssh: nothing that it, or a ProxyCommand, could read as more than a name.
const plainName = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const plainUser = /^[A-Za-z0-9_][A-Za-z0-9._+@-]*$/;
// The far side's shell reads this one.
const plainPath = /^\/[A-Za-z0-9._/@:+-]*$/;

/** A URL fit for display: a password in it is masked, whatever else is wrong with it. */
export function redactUrl(text: string): string {
  return escapeLine(text.replace(/^([a-z0-9+.-]*:\/\/)?([^:@]*):.*@/is, '$1$2:***@'));
}

/** `origin` says where the text was found, as «from DOCKER_HOST». */
export function parseEndpointUrl(text: string, origin: string): Address {
  const trimmed = text.trim();
  try {
    if (trimmed === '') throw new Malformed('it names nothing');
    const [, scheme = 'tcp', rest = ''] = /^(?:([^:/]*):\/\/)?(.*)$/s.exec(trimmed) ?? [];
    return parseAs(scheme.toLowerCase(), rest);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const shown = trimmed === '' ? 'An empty text' : redactUrl(trimmed);
    throw new UsageError(`${shown} (${origin}) cannot be an engine's address: ${error.message}.`, [forms]);
  }
}

function parseAs(scheme: string, rest: string): Address {
  switch (scheme) {
    case 'unix':
      return unixAddress(rest);
    case 'tcp':
    case 'http':
    case 'https':
      return tcpAddress(scheme, rest);
    case 'ssh':
      return sshAddress(rest);
    case 'npipe':
      throw new Malformed('named pipes are for Windows, and Fairlead runs on Linux and macOS');
    case 'fd':
      throw new Malformed('fd:// is where an engine listens, not where a client connects');
    default:
      throw new Malformed('that is not a way to reach an engine');
  }
}

function unixAddress(path: string): Address {
  if (path.startsWith('@')) throw new Malformed('abstract sockets are not supported');
  if (!path.startsWith('/')) {
    throw new Malformed("the socket's path must be absolute, with three slashes: unix:///path");
  }
  if (path.includes('\0')) throw new Malformed('the path contains a NUL character');
  return { kind: 'unix', path };
}

function tcpAddress(scheme: TcpScheme, rest: string): Address {
  // A path that lost its scheme; as a host name it would only be looked up in vain.
  if (rest.startsWith('/')) throw new Malformed('if a socket is meant, write unix:// before its path');
  const { userinfo, host, port, path } = splitAuthority(rest);
  if (userinfo !== undefined) throw new Malformed('a user name is only for ssh://; none would be sent');
  if (path !== '' && path !== '/') throw new Malformed('a path after the port is not supported');
  const name = host === '' ? 'localhost' : host;
  if (name.includes('%')) throw new Malformed('an IPv6 zone is not supported here');
  if (!isIPv6(name) && !plainName.test(name)) throw new Malformed('that is not a host name');
  return { kind: 'tcp', scheme, host: name, ...(port !== undefined && { port }) };
}

function sshAddress(rest: string): Address {
  const { userinfo, host, port, path } = splitAuthority(rest);
  if (userinfo?.includes(':')) throw new Malformed('a password is not supported; use a key or an agent');
  const user = userinfo === undefined ? undefined : decode(userinfo);
  if (user !== undefined && !plainUser.test(user)) {
    throw new Malformed('the user name may have letters, digits and . _ + @ - only, and not begin with -');
  }
  if (host === '') throw new Malformed('the host is missing');
  if (!isIPv6(host) && !plainName.test(host)) {
    throw new Malformed('the host may have letters, digits and . _ - only, and not begin with -');
  }
  if (path !== '' && !plainPath.test(path)) {
    throw new Malformed("the socket's path may have letters, digits and . _ / @ : + - only");
  }
  return {
    kind: 'ssh',
    host,
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port }),
    ...(path.length > 1 && { path }),
  };
}

function splitAuthority(rest: string): Parts {
  const [, userinfo, v6, name, digits, path = ''] =
    /^(?:([^/?#]*)@)?(?:\[([^\]]*)\]|([^:/?#[\]]*))(?::([^:/?#]*))?(\/.*)?$/s.exec(rest) ?? [];
  if (v6 === undefined && name === undefined) {
    if (isIPv6(rest.replace(/:\d+$/, '')))
      throw new Malformed('an IPv6 address must be in brackets: [::1]:2375');
    throw new Malformed('it is not of the form host:port');
  }
  if (v6 !== undefined && !isIPv6(v6)) throw new Malformed('what is in brackets is not an IPv6 address');
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (!/^\d{1,5}$/.test(digits ?? '') || port < 1 || port > 65535)) {
    throw new Malformed('the port is not a number from 1 to 65535');
  }
  return {
    host: v6 ?? name ?? '',
    path,
    ...(userinfo !== undefined && { userinfo }),
    ...(port !== undefined && { port }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
