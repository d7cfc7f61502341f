import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { UsageError } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import { readContext, readCurrentContext } from './context.js';
import { findDefaultSocket } from './default-socket.js';
import { type Address, type SshAddress, parseEndpointUrl } from './endpoint-url.js';
import { environmentTls } from './environment-tls.js';
import { type TlsFiles, type TlsMaterial, readTlsMaterial, tlsFilesIn } from './tls-material.js';

interface Resolved {
  /** Which rule chose it, as «from DOCKER_HOST»; part of every message about it. */
  readonly origin: string;
  /** For display; holds no secret. */
  readonly url: string;
}

export type UnixEndpoint = Resolved & { readonly kind: 'unix'; readonly path: string };
export type TcpEndpoint = Resolved & {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsMaterial;
};
export type SshEndpoint = Resolved & SshAddress;

/** Where the engine listens. Show `url`, never the whole: `tls` holds a private key. */
export type Endpoint = UnixEndpoint | TcpEndpoint | SshEndpoint;

export interface EndpointRequest {
  /** --host */
  readonly host?: string;
  /** --context */
  readonly context?: string;
  /** `docker.host` of Fairlead's configuration: below flags and environment, above docker's own choice. */
  readonly configured?: { readonly host: string; readonly tls?: TlsFiles; readonly file: string };
  readonly env: NodeJS.ProcessEnv;
  readonly homeDir: string;
  readonly defaultSocket?: string;
}

/** Whether the engine runs on this machine, as far as an address can tell. */
export function isLocal(endpoint: Endpoint): endpoint is UnixEndpoint {
  return endpoint.kind === 'unix';
}

/** The engine meant, in docker's order: flags, DOCKER_HOST, DOCKER_CONTEXT, `docker context use`, default. */
export async function resolveEndpoint(request: EndpointRequest): Promise<Endpoint> {
  const { host, context, env, configured } = request;
  if (host !== undefined && context !== undefined) {
    throw new UsageError('--host and --context both choose the engine: give one of them.');
  }
  if (host !== undefined) return fromUrl(host, 'from --host', request);
  if (context !== undefined) return fromContext(context, '--context', request);
  if (env.DOCKER_HOST) return fromUrl(env.DOCKER_HOST, 'from DOCKER_HOST', request);
  if (env.DOCKER_CONTEXT) return fromContext(env.DOCKER_CONTEXT, 'DOCKER_CONTEXT', request);
  if (configured) return fromConfiguration(configured);
  const current = await readCurrentContext(configFolder(request));
  if (current.name !== undefined) return fromContext(current.name, '`docker context use`', request);
  return fromDefault(request, current.unreadable);
}

function configFolder({ env, homeDir }: EndpointRequest): string {
  const { DOCKER_CONFIG: folder } = env;
  return folder === undefined || folder === '' ? join(homeDir, '.docker') : folder;
}

async function fromUrl(text: string, origin: string, request: EndpointRequest): Promise<Endpoint> {
  const address = parseEndpointUrl(text, origin);
  if (address.kind !== 'tcp') return endpointAt(address, origin);
  const { scheme } = address;
  const tls = await environmentTls({ scheme, origin, env: request.env, configFolder: configFolder(request) });
  return endpointAt(address, origin, tls);
}

/** The TLS variables of the environment are not for a named context; docker does not mix them either. */
async function fromContext(name: string, namedBy: string, request: EndpointRequest): Promise<Endpoint> {
  if (name === 'default') {
    const { DOCKER_HOST: host } = request.env;
    return host ? fromUrl(host, 'from DOCKER_HOST', request) : fromDefault(request);
  }
  const { host, skipTlsVerify, tlsFolder } = await readContext(configFolder(request), name, namedBy);
  const origin = `from context ${escapeLine(name)}`;
  const address = parseEndpointUrl(host, origin);
  if (address.kind !== 'tcp' || address.scheme === 'http') return endpointAt(address, origin);
  const files = tlsFilesIn(tlsFolder);
  const tls = await readTlsMaterial({
    files,
    required: [],
    verify: !skipTlsVerify,
    askedBy: `context ${name}`,
  });
  const asked = skipTlsVerify || address.scheme === 'https' || tls.ca !== undefined || tls.cert !== undefined;
  return endpointAt(address, origin, asked ? tls : undefined);
}

async function fromConfiguration({
  host,
  tls,
  file,
}: NonNullable<EndpointRequest['configured']>): Promise<Endpoint> {
  const origin = `from docker.host in ${file}`;
  const address = parseEndpointUrl(host, origin);
  if (address.kind !== 'tcp' || (!tls && address.scheme !== 'https')) return endpointAt(address, origin);
  const askedBy = `docker.tls in ${file}`;
  const required = ['ca', 'cert', 'key'] as const;
  return endpointAt(
    address,
    origin,
    await readTlsMaterial({ files: tls ?? {}, required, verify: true, askedBy }),
  );
}

async function fromDefault(request: EndpointRequest, unreadable?: string): Promise<Endpoint> {
  const { path, origin } = await findDefaultSocket(request);
  return endpointAt(
    { kind: 'unix', path },
    unreadable ? `${origin}, as ${unreadable} cannot be read` : origin,
  );
}

function endpointAt(address: Address, origin: string, tls?: TlsMaterial): Endpoint {
  switch (address.kind) {
    case 'unix':
      return { ...address, origin, url: escapeLine(`unix://${address.path}`) };
    case 'ssh': {
      const { user, host, port, path = '' } = address;
      const url = `ssh://${user === undefined ? '' : `${user}@`}${authority(host, port)}${path}`;
      return { ...address, origin, url };
    }
    case 'tcp': {
      const { scheme, host, port = tls ? 2376 : 2375 } = address;
      const url = `${scheme}://${authority(host, port)}`;
      return { kind: 'tcp', host, port, origin, url, ...(tls && { tls }) };
    }
  }
}

function authority(host: string, port: number | undefined): string {
  const name = isIPv6(host) ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${String(port)}`;
}
