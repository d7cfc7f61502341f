import { createServer, request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CountingProxy {
  readonly host: string;
  /** Requests that change something, so far. */
  readonly changes: number;
  /** Requests that only read. */
  readonly reads: number;
  reset(): void;
  close(): Promise<void>;
}

export interface ProxyHooks {
  /** Called with the number of a change before it reaches the engine. */
  readonly before?: (change: number) => void;
  /** Called after the engine has answered it, before the answer is passed on. */
  readonly after?: (change: number) => void;
}

/** Stands between a program and an engine, passes everything on, and counts what would change something. */
export async function countingProxy(socketPath: string, hooks: ProxyHooks = {}): Promise<CountingProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-proxy-'));
  const path = join(folder, 'docker.sock');
  let changes = 0;
  let reads = 0;
  const server = createServer((incoming, outgoing) => {
    const isChange = incoming.method !== 'GET';
    if (isChange) changes += 1;
    else reads += 1;
    const change = changes;
    if (isChange) hooks.before?.(change);
    const onwards = request(
      { socketPath, path: incoming.url, method: incoming.method, headers: incoming.headers },
      answer => {
        if (isChange) hooks.after?.(change);
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onwards.on('error', () => outgoing.destroy());
    incoming.pipe(onwards);
  });
  await new Promise<void>(resolve => server.listen(path, resolve));
  return {
    host: `unix://${path}`,
    get changes() {
      return changes;
    },
    get reads() {
      return reads;
    },
    reset() {
      changes = 0;
      reads = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
