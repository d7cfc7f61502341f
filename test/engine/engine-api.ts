import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { EngineApiError } from './engine-errors.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';

/** The engine's HTTP API in the raw: it must owe nothing to the adapter that is under test. */
export interface EngineApi {
  /** Sends JSON, returns what came back: parsed if it is JSON, else as text. Throws EngineApiError. */
  call<Reply = unknown>(method: Method, path: string, body?: unknown): Promise<Reply>;
  /** Sends a tar archive, returns the text that came back. */
  upload(method: Method, path: string, archive: Buffer | Readable): Promise<string>;
  /** The raw bytes of a reply, for streams of multiplexed output. */
  download(method: Method, path: string, body?: unknown): Promise<Buffer>;
  close(): void;
}

type Payload = { readonly type: string; readonly content: Buffer | Readable } | undefined;

export function createEngineApi(socketPath: string): EngineApi {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });

  async function send(method: Method, path: string, payload: Payload): Promise<Buffer> {
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request({ socketPath, agent, method, path }, resolve);
      outgoing.once('error', reject);
      if (!payload) {
        outgoing.end();
        return;
      }
      outgoing.setHeader('Content-Type', payload.type);
      if (Buffer.isBuffer(payload.content)) outgoing.end(payload.content);
      else payload.content.once('error', reject).pipe(outgoing);
    });
    const content = await buffer(reply);
    const status = reply.statusCode ?? 0;
    if (status >= 400) throw new EngineApiError(`${method} ${path}`, status, reasonIn(content));
    return content;
  }

  const json = (body: unknown): Payload =>
    body === undefined ? undefined : { type: 'application/json', content: Buffer.from(JSON.stringify(body)) };

  return {
    async call<Reply>(method: Method, path: string, body?: unknown) {
      return parse(await send(method, path, json(body))) as Reply;
    },
    async upload(method, path, content) {
      return (await send(method, path, { type: 'application/x-tar', content })).toString();
    },
    download: (method, path, body) => send(method, path, json(body)),
    close: () => agent.destroy(),
  };
}

function parse(content: Buffer): unknown {
  const text = content.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reasonIn(content: Buffer): string {
  const reply = parse(content);
  const hasMessage = typeof reply === 'object' && reply !== null && 'message' in reply;
  return hasMessage ? String(reply.message) : String(reply).trim();
}
