import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIPv6 } from 'node:net';
import process from 'node:process';
import type { DockerOptions } from 'dockerode';
import type { Endpoint, TcpEndpoint } from './endpoint.js';
import { SshAgent } from './ssh-agent.js';

/** What docker-modem reads beyond the published types. */
export interface ConnectionOptions extends DockerOptions {
  readonly agent: HttpAgent;
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

/**
 * Options for `new Dockerode`, to be called within `withoutDockerHost`. The agent is the endpoint's own: Node's
 * global one may go through HTTP_PROXY (Node 24), and TLS without verification can only be asked of an agent.
 */
export function dockerodeOptions(endpoint: Endpoint): ConnectionOptions {
  switch (endpoint.kind) {
    case 'unix':
      return {
        ...nothingInherited,
        socketPath: endpoint.path,
        agent: new HttpAgent({ keepAlive: true }),
      };
    case 'tcp':
      return { ...nothingInherited, ...tcpOptions(endpoint) };
    case 'ssh':
      // Only the Host header: the agent knows where to go, and protocol "ssh" would load docker-modem's ssh2.
      return { ...nothingInherited, host: 'http://localhost', agent: new SshAgent(endpoint) };
  }
}

function tcpOptions({
  host,
  port,
  tls,
}: TcpEndpoint): Pick<ConnectionOptions, 'host' | 'port' | 'protocol' | 'agent'> {
  // With its scheme: docker-modem takes the beginning of a bare IPv6 address for one.
  const name = isIPv6(host) ? `[${host}]` : host;
  if (!tls)
    return { host: `http://${name}`, port, protocol: 'http', agent: new HttpAgent({ keepAlive: true }) };
  const { verify, ...material } = tls;
  const agent = new HttpsAgent({ keepAlive: true, rejectUnauthorized: verify, ...material });
  return { host: `https://${name}`, port, protocol: 'https', agent };
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
