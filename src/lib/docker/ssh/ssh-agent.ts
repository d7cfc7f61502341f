import { Agent } from 'node:http';
import type { SshEndpoint } from '../endpoint/endpoint.js';
import { SshConnection } from './ssh-connection.js';

/** sshd drops logins at random when more than ten wait to be let in (MaxStartups). */
const maxConnections = 6;

/** HTTP over the system's ssh. An idle connection serves the next request: one login for a whole run. */
export class SshAgent extends Agent {
  readonly #endpoint: SshEndpoint;

  constructor(endpoint: SshEndpoint) {
    super({ keepAlive: true, maxSockets: maxConnections });
    this.#endpoint = endpoint;
  }

  override createConnection(): SshConnection {
    return new SshConnection(this.#endpoint);
  }
}
