import type { Agent } from 'node:http';
import { isIPv6 } from 'node:net';
import process from 'node:process';
import type { DockerOptions } from 'dockerode';
import type { Endpoint } from './endpoint/endpoint.js';
import { endpointAgent } from './endpoint-agent.js';

/** What docker-modem reads beyond the published types. */
export interface ConnectionOptions extends DockerOptions {
  readonly agent: Agent;
  readonly pathPrefix: undefined;
  readonly password: undefined;
  readonly connectionTimeout: undefined;
  readonly checkServerIdentity: undefined;
  readonly agentForward: undefined;
}

/**
 * docker-modem lays its options over defaults from DOCKER_HOST, DOCKER_CERT_PATH, DOCKER_PATH_PREFIX and
 * DOCKER_CLIENT_TIMEOUT, key by key: one that is not set here, be it to nothing, would come from there.
 */
const nothingInherited = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  protocol: 'http',
  pathPrefix: undefined,
  username: undefined,
  password: undefined,
  version: undefined,
  key: undefined,
  cert: undefined,
  ca: undefined,
  timeout: undefined,
  connectionTimeout: undefined,
  checkServerIdentity: undefined,
  agentForward: undefined,
  sshOptions: {},
  headers: {},
} as const;

/** Options for `new Dockerode`, to be called within `withoutDockerHost`. */
export function dockerodeOptions(endpoint: Endpoint): ConnectionOptions {
  return { ...nothingInherited, ...addressOf(endpoint), agent: endpointAgent(endpoint) };
}

function addressOf(
  endpoint: Endpoint,
): Partial<Pick<ConnectionOptions, 'socketPath' | 'host' | 'port' | 'protocol'>> {
  switch (endpoint.kind) {
    case 'unix':
      return { socketPath: endpoint.path };
    case 'tcp': {
      const { host, port, tls } = endpoint;
      const protocol = tls ? 'https' : 'http';
      // With its scheme: docker-modem takes the beginning of a bare IPv6 address for one.
      return { host: `${protocol}://${isIPv6(host) ? `[${host}]` : host}`, port, protocol };
    }
    case 'ssh':
      // Only the Host header: the agent knows where to go, and protocol "ssh" would load docker-modem's ssh2.
      return { host: 'http://localhost' };
  }
}

/**
 * docker-modem reads DOCKER_HOST whatever options it gets, and throws on one it does not understand. The other
 * variables it reads only when there is a DOCKER_HOST, so that one is out of its sight while it is constructed.
 */
export function withoutDockerHost<T>(construct: () => T): T {
  const { DOCKER_HOST: host } = process.env;
  delete process.env.DOCKER_HOST;
  try {
    return construct();
  } finally {
    if (host !== undefined) process.env.DOCKER_HOST = host;
  }
}
