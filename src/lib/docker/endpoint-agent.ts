import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import type { Endpoint } from './endpoint/endpoint.js';
import { SshAgent } from './ssh/ssh-agent.js';

/**
 * What makes the connections to an endpoint, and its own: Node's global agent may go through HTTP_PROXY (Node 24),
 * and TLS without verification can only be asked of an agent.
 */
export function endpointAgent(endpoint: Endpoint): HttpAgent {
  return inOneWord(agentFor(endpoint));
}

function agentFor(endpoint: Endpoint): HttpAgent {
  if (endpoint.kind === 'ssh') return new SshAgent(endpoint);
  if (endpoint.kind === 'unix' || !endpoint.tls) return new HttpAgent({ keepAlive: true });
  const { verify, ...material } = endpoint.tls;
  return new HttpsAgent({ keepAlive: true, rejectUnauthorized: verify, ...material });
}

/**
 * docker-modem 5 writes all options of every request out as text, for a log that is off: down to the sockets of the
 * agent, their parsers and buffers, and a private key. With a few connections that took 10 ms a call, more than the call itself.
 */
function inOneWord<T extends HttpAgent>(agent: T): T {
  return Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' });
}
