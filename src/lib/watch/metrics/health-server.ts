import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type Health } from './health.js';
import { type ListenAddress, listenAddressText } from './listen-address.js';
import { listenAt } from './listen.js';

export interface HealthServerOptions {
  readonly address: ListenAddress;
  readonly health: () => Health;
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** What `/status` tells, as JSON; there is none without it. */
  readonly status?: () => unknown;
}

export interface HealthServer {
  /** Where it listens, as it is written on a command line. */
  readonly address: string;
  close(): Promise<void>;
}

/** Whoever asks is a scraper or a health check near by: what takes longer, or asks for more, is neither. */
const limits = { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 5000 };
const mostConnections = 64;
const idleMs = 10_000;

interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const text = 'text/plain; charset=utf-8';

async function answerFor(request: IncomingMessage, options: HealthServerOptions): Promise<Answer> {
  const { method = '', url = '' } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, body: 'only GET and HEAD\n', headers: { Allow: 'GET, HEAD' } };
  }
  const [path] = url.split('?');
  if (path === '/healthz') {
    const { healthy, line } = options.health();
    return { status: healthy ? 200 : 503, body: `${line}\n` };
  }
  if (path === '/metrics' && options.metrics) return { status: 200, ...(await options.metrics()) };
  if (path === '/status' && options.status) {
    return { status: 200, contentType: 'application/json', body: JSON.stringify(options.status()) };
  }
  const others = [...(options.metrics ? ['/metrics'] : []), ...(options.status ? ['/status'] : [])];
  return { status: 404, body: `there are ${['/healthz', ...others].join(' and ')}\n` };
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, contentType = text, body, headers } = answer;
  response.writeHead(status, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // One request a connection: none is left open when the watch ends, or kept by somebody who is gone.
    Connection: 'close',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function handle(request: IncomingMessage, response: ServerResponse, options: HealthServerOptions): void {
  // A body is of no interest, and is taken so that the answer can be read.
  request.resume();
  answerFor(request, options).then(
    answer => send(request, response, answer),
    () => send(request, response, { status: 500, body: 'the metrics could not be put together\n' }),
  );
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Serves `/healthz`, and `/metrics` and `/status` where they are given. Throws where it cannot listen: whoever asked for it wants it from the start. */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer(limits, (request, response) => handle(request, response, options));
  server.maxConnections = mostConnections;
  server.setTimeout(idleMs);
  const address = await listenAt(server, options.address);
  return { address: listenAddressText(address), close: () => close(server) };
}
