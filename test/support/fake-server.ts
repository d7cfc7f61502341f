import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeDaemon } from './fake-daemon.js';

export interface FakeServer {
  /** `unix://…`, for `--host`. */
  readonly host: string;
  close(): Promise<void>;
}

async function bodyOf(request: AsyncIterable<Buffer>): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** Serves a fake daemon on a socket of its own, for tests that run the program itself. */
export async function serve(daemon: FakeDaemon): Promise<FakeServer> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-fake-'));
  const socket = join(folder, 'docker.sock');
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then(body => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      const answer = daemon.request(request.method ?? 'GET', path, body);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>(resolve => server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
