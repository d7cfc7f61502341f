import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { PrivateEngine } from '../engine/private-engine.js';

export interface ClientCounts {
  /** Requests answered over the connection held open. */
  readonly held: number;
  /** How often that connection was lost. */
  readonly heldBroken: number;
  /** How many connections were lost that had been answered before: attempts to have another do not count. */
  readonly cuts: number;
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

export interface StreamCounts {
  readonly lines: number;
  readonly missing: number;
  /** Why there was an end to it; empty where there was none. */
  readonly ended: string;
}

async function startScript<Counts>(
  engine: PrivateEngine,
  script: string,
  args: readonly string[],
): Promise<{ end(): Promise<Counts> }> {
  const child = engine.spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (!child.stdout || !child.stderr || !child.stdin) throw new Error('the client has no streams');
  const { stdin } = child;
  const output = text(child.stdout);
  await once(child.stderr, 'data');
  return {
    async end() {
      stdin.end();
      return JSON.parse(await output) as Counts;
    },
  };
}

/** Starts a client that reads one endless answer of numbered lines; returned when it has read the first. */
export function startStream(
  engine: PrivateEngine,
  address: string,
  port: number,
  host: string,
  path: string,
): Promise<{ end(): Promise<StreamCounts> }> {
  return startScript(engine, 'lines-client.js', [address, String(port), host, path]);
}

/** Starts a client in the engine's network namespace; returned when its first request was answered. */
export function startClient(
  engine: PrivateEngine,
  address: string,
  port: number,
  host: string,
): Promise<Client> {
  return startScript<ClientCounts>(engine, 'port-client.js', [address, String(port), host]);
}
