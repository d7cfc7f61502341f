import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Endpoint } from './endpoint.js';
import { SshAgent } from './ssh-agent.js';

/**
 * What makes the connections to an endpoint, and its own: Node's global agent may go through HTTP_PROXY (Node 24),
 * and TLS without verification can only be asked of an agent.
 */
export function endpointAgent(endpoint: Endpoint): HttpAgent {
  if (endpoint.kind === 'ssh') return new SshAgent(endpoint);
  if (endpoint.kind === 'unix' || !endpoint.tls) return new HttpAgent({ keepAlive: true });
  const { verify, ...material } = endpoint.tls;
  return new HttpsAgent({ keepAlive: true, rejectUnauthorized: verify, ...material });
}
