import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createRawServer, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeDaemon } from './fake-daemon.js';
import type { FakeEvents } from './fake-events.js';

export interface FakeServer {
  /** `unix://…`, for `--host`. */
  readonly host: string;
  close(): Promise<void>;
}

/** Asked before each call, as `GET /networks`, is answered: the answer waits for what it gives. */
export type BeforeAnswer = (call: string) => Promise<void> | undefined;

async function bodyOf(request: AsyncIterable<Buffer>): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function serveEvents(events: FakeEvents, query: URLSearchParams, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  // The engine's head comes at once, its first event when there is one.
  response.flushHeaders();
  const unfollow = events.follow(
    {
      write: line => response.write(line),
      onDrain: drained => response.on('drain', drained),
      // What is written still arrives; the last chunk, which says that all is said, does not.
      end: how => (how === 'broken' ? response.socket?.end() : response.end()),
    },
    query.get('since') ?? undefined,
    query.get('filters') ?? undefined,
  );
  response.on('close', unfollow);
}

/** Serves a fake daemon on a socket of its own, for tests that run the program itself. */
export async function serve(daemon: FakeDaemon, before: BeforeAnswer = () => undefined): Promise<FakeServer> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-fake-'));
  const socket = join(folder, 'docker.sock');
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then(async body => {
      const [path = '', query] = (request.url ?? '').split('?');
      const method = request.method ?? 'GET';
      await before(`${method} ${path}`);
      response.setHeader('date', new Date(daemon.events.nowMs()).toUTCString());
      const answer = daemon.request(method, path, body);
      if (path === '/events' && answer.status === 200) {
        serveEvents(daemon.events, new URLSearchParams(query), response);
        return;
      }
      if (path === '/_ping' && answer.status === 200) {
        response.writeHead(200, { 'content-type': 'text/plain' }).end('OK');
        return;
      }
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

/** A call that is held back until it is let go. */
export interface Hold {
  readonly before: BeforeAnswer;
  /** Fulfils when such a call has arrived. */
  readonly reached: Promise<void>;
  letGo(): void;
}

/** Holds back the calls that match, all of them, until they are let go. */
export function holdAt(matches: (call: string) => boolean): Hold {
  let letGo = (): void => undefined;
  let arrive = (): void => undefined;
  const released = new Promise<void>(resolve => (letGo = resolve));
  const reached = new Promise<void>(resolve => (arrive = resolve));
  return {
    before: call => {
      if (!matches(call)) return undefined;
      arrive();
      return released;
    },
    reached,
    letGo: () => letGo(),
  };
}

/** What a raw server does with a request that has arrived: its first line, and the socket to answer on. */
export type RawAnswer = (socket: Socket, request: string) => void;

/** Serves whatever is written to the socket, HTTP or not. `requests` are the first lines of what arrived. */
export async function serveRaw(
  answer: RawAnswer,
  onConnection: (socket: Socket) => void = () => undefined,
): Promise<FakeServer & { readonly requests: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-raw-'));
  const path = join(folder, 'docker.sock');
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createRawServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
    socket.on('data', (chunk: Buffer) => {
      const [line = ''] = chunk.toString('latin1').split('\r\n');
      if (!/^[A-Z]+ \//.test(line)) return;
      const request = line.replace(/ HTTP\/.*$/, '');
      requests.push(request);
      answer(socket, request);
    });
  });
  await new Promise<void>(resolve => server.listen(path, resolve));
  return {
    host: `unix://${path}`,
    requests,
    async close() {
      sockets.forEach(socket => socket.destroy());
      await new Promise(resolve => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
