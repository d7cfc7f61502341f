import { mkdtemp, rm } from 'node:fs/promises';
import {
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  request as send,
} from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, chunksOf, holdUp, spoil } from './fault.js';

export interface FaultRule {
  /** Of calls like `GET /events`, without version and query. */
  readonly on: RegExp;
  readonly fault: Fault;
  /** How many calls it befalls; all, where it is left out. */
  readonly times?: number;
}

interface ActiveRule {
  readonly on: RegExp;
  readonly fault: Fault;
  left: number;
}

/** `POST /networks/ID/connect` of `POST /v1.41/networks/ID/connect?…`. */
function callOf({ method = 'GET', url = '' }: IncomingMessage): string {
  return `${method} ${url.replace(/\?.*/s, '').replace(/^\/v\d+\.\d+\//, '/')}`;
}

/** Stands before an engine's socket, a real one's or a fake's, and does to its calls what it is told. */
export class FaultProxy {
  /** Every call that arrived, as `GET /networks`. */
  readonly calls: string[] = [];
  /** When each of them did, in milliseconds since 1970. */
  readonly arrivedAt: number[] = [];
  /** Told of each call when it arrives, and again when its answer was passed on or it was broken off. */
  onCall: (call: string, when: 'before' | 'after') => void = () => undefined;
  /** `unix://…`, for `--host`. */
  readonly host: string;
  readonly #folder: string;
  readonly #upstream: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #open = new Map<ServerResponse, string>();
  #rules: ActiveRule[] = [];

  constructor(folder: string, upstream: string) {
    this.#folder = folder;
    this.#upstream = upstream;
    this.host = `unix://${join(folder, 'docker.sock')}`;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
  }

  /** From now on; the first rule that fits a call is the one. Gives what takes it back. */
  inject({ on, fault, times = Infinity }: FaultRule): () => void {
    const rule: ActiveRule = { on, fault, left: times };
    this.#rules.push(rule);
    return () => (this.#rules = this.#rules.filter(other => other !== rule));
  }

  /** Takes back all rules. */
  heal(): void {
    this.#rules = [];
  }

  count(call: RegExp): number {
    return this.calls.filter(made => call.test(made)).length;
  }

  /** How many such calls have no end yet: streams, and calls that wait. */
  pending(call: RegExp): number {
    return [...this.#open.values()].filter(made => call.test(made)).length;
  }

  /** Breaks off such answers as are under way. */
  cut(call: RegExp): void {
    for (const [response, made] of this.#open) if (call.test(made)) response.destroy();
  }

  /** The socket is gone and all connections with it, until `up`. */
  async down(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async up(): Promise<void> {
    const path = this.host.slice('unix://'.length);
    await new Promise<void>(resolve => this.#server.listen(path, resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.down();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #faultFor(call: string): Fault | undefined {
    const rule = this.#rules.find(({ on, left }) => left > 0 && on.test(call));
    if (rule) rule.left -= 1;
    return rule?.fault;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(request);
    this.calls.push(call);
    this.arrivedAt.push(performance.timeOrigin + performance.now());
    this.#open.set(response, call);
    response.on('close', () => {
      this.#open.delete(response);
      this.onCall(call, 'after');
    });
    this.onCall(call, 'before');
    const fault = this.#faultFor(call);
    await holdUp(fault);
    if (fault?.do === 'refuse') response.destroy();
    else if (fault?.do === 'answer') {
      const { status, body, contentType = 'text/html' } = fault;
      response.writeHead(status, { 'content-type': contentType }).end(body);
    } else this.#forward(request, response, fault);
  }

  #forward(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    const { method, url, headers } = request;
    const onward = send({
      socketPath: this.#upstream,
      method,
      path: url,
      headers: { ...headers, connection: 'close' },
    });
    onward.on('error', () => response.destroy());
    onward.once('response', answer => void this.#pass(answer, response, fault));
    response.on('close', () => onward.destroy());
    // In one piece: an engine that answers before it has read the body closes the connection, and the answer is lost.
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => onward.end(Buffer.concat(body)));
  }

  async #pass(answer: IncomingMessage, response: ServerResponse, fault: Fault | undefined): Promise<void> {
    const headers = { ...(fault?.do === 'head' ? fault.change(answer.headers) : answer.headers) };
    delete headers.connection;
    delete headers['transfer-encoding'];
    if (headers.date === undefined) delete headers.date;
    // A body that is changed may have another length.
    if (fault && fault.do !== 'head' && fault.do !== 'delay') delete headers['content-length'];
    // The engine's time or none, never this proxy's.
    response.sendDate = false;
    response.writeHead(answer.statusCode ?? 502, headers);
    response.flushHeaders();
    const closed = new Promise<void>(resolve => response.once('close', () => resolve()));
    try {
      for await (const chunk of spoil(fault, chunksOf(answer))) {
        if (response.destroyed) return;
        if (!response.write(chunk)) {
          await Promise.race([new Promise<void>(resolve => response.once('drain', resolve)), closed]);
        }
      }
      response.end();
    } catch {
      // The fault's own doing, or the engine broke off: the answer does as well, after what was written.
      response.socket?.end();
    }
  }
}

/** A proxy before the engine at `host` (`unix://…`), on a socket of its own; `await using` removes it. */
export async function startFaultProxy(host: string): Promise<FaultProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-fault-'));
  const proxy = new FaultProxy(folder, host.slice('unix://'.length));
  await proxy.up();
  return proxy;
}
