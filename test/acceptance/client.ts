import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { PrivateEngine } from '../engine/private-engine.js';

export interface ClientCounts {
  /** Requests answered over the connection held open. */
  readonly held: number;
  /** How often that connection was lost. */
  readonly heldBroken: number;
  /** Requests answered over connections of their own. */
  readonly fresh: number;
  readonly freshFailed: number;
  readonly longestGapMs: number;
  readonly errors: Readonly<Record<string, number>>;
}

export interface Client {
  /** Ends the client and tells what it counted. */
  end(): Promise<ClientCounts>;
}

/** Starts a client in the engine's network namespace; returned when its first request was answered. */
export async function startClient(
  engine: PrivateEngine,
  address: string,
  port: number,
  host: string,
): Promise<Client> {
  const script = join(import.meta.dirname, 'port-client.js');
  const child = engine.spawn(process.execPath, [script, address, String(port), host], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (!child.stdout || !child.stderr || !child.stdin) throw new Error('the client has no streams');
  const { stdin } = child;
  const output = text(child.stdout);
  await once(child.stderr, 'data');
  return {
    async end() {
      stdin.end();
      return JSON.parse(await output) as ClientCounts;
    },
  };
}
