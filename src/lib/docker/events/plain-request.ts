import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http';
import { classifyAnswer } from '../failures/classify.js';
import { describeConnectionFailure } from '../failures/connection-failure.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import { EngineError } from '../failures/engine-error.js';
import { isTlsComplaint } from '../failures/tls-failure.js';

/** From the last byte to the first question whether the far side is still there; ten more follow, one a second. */
const keepAliveDelayMs = 30_000;
/** Of an answer that says yes, or why not. */
const longestShortAnswer = 64 * 1024;

/** A GET whose answer is read as it comes, which dockerode's time-outs forbid (they end a stream that is idle). */
export interface PlainRequest {
  readonly endpoint: Endpoint;
  readonly agent: Agent;
  readonly path: string;
  /** Reads like «ask whether the engine answers». */
  readonly attempted: string;
  /** For the head of the answer only. */
  readonly deadlineMs: number;
  /** The head may come as late as the first of what follows it. */
  readonly lateHead?: boolean;
}

export interface PlainAnswer {
  /** Fails together with the answer, and may know better why: ssh's last words come here. */
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

function addressOf(endpoint: Endpoint): RequestOptions {
  switch (endpoint.kind) {
    case 'unix':
      return { socketPath: endpoint.path };
    case 'tcp':
      return {
        host: endpoint.host,
        port: endpoint.port,
        protocol: endpoint.tls ? 'https:' : 'http:',
      };
    case 'ssh':
      // Only the Host header: the agent knows where to go.
      return { host: 'localhost' };
  }
}

function headOf(asked: PlainRequest, signal: AbortSignal | undefined): Promise<PlainAnswer> {
  const { endpoint, agent, path, attempted, deadlineMs, lateHead = false } = asked;
  return new Promise((resolve, reject) => {
    const sent = request({ ...addressOf(endpoint), agent, path, ...(signal && { signal }) });
    const tooLate = (): void => {
      const seconds = String(deadlineMs / 1000);
      const message = `Could not ${attempted}: no answer within ${seconds} s from ${endpoint.url}.`;
      sent.destroy(new EngineError(message, { failure: 'timeout' }));
    };
    const late = lateHead ? undefined : setTimeout(tooLate, deadlineMs);
    sent.on('socket', socket => socket.setKeepAlive(true, keepAliveDelayMs));
    sent.once('response', response => resolve({ request: sent, response }));
    sent.on('error', reject);
    sent.once('close', () => reject(new Error('the connection was closed')));
    for (const settled of ['response', 'error', 'close']) sent.once(settled, () => clearTimeout(late));
    sent.end();
  });
}

/** The whole body, of an answer that is short. */
async function bodyOf({ request, response }: PlainAnswer, deadlineMs: number): Promise<string> {
  const late = setTimeout(() => request.destroy(), deadlineMs);
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > longestShortAnswer) break;
    }
    return Buffer.concat(chunks).toString();
  } finally {
    clearTimeout(late);
  }
}

function spokenIn(body: string): string | undefined {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== 'object' || json === null || !('message' in json)) return undefined;
    return typeof json.message === 'string' ? json.message : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What `read` makes of the answer once its head says 200, while the request is still watched. Whatever else comes of
 * it is thrown as an EngineError.
 */
async function get<T>(
  asked: PlainRequest,
  signal: AbortSignal | undefined,
  read: (answer: PlainAnswer) => T | Promise<T>,
): Promise<T> {
  const { endpoint, attempted, deadlineMs } = asked;
  try {
    const answer = await headOf(asked, signal);
    const { statusCode: status = 0 } = answer.response;
    if (status === 200) return await read(answer);
    const body = await bodyOf(answer, deadlineMs);
    if (isTlsComplaint(body)) throw new Error(body);
    throw classifyAnswer(attempted, status, spokenIn(body));
  } catch (error) {
    if (signal?.aborted) {
      throw new EngineError(`Interrupted while trying to ${attempted}.`, { failure: 'aborted' });
    }
    throw describeConnectionFailure(endpoint, error);
  }
}

/** An answer to be read as it comes, with no limit of time. */
export function openStream(asked: PlainRequest, signal: AbortSignal): Promise<PlainAnswer> {
  return get(asked, signal, answer => answer);
}

/** A short answer, and what its head says of the time and of who answers, as the engine wrote it. */
interface ShortAnswer {
  readonly body: string;
  readonly date: string | undefined;
  readonly server: string | undefined;
}

/** A short answer as a whole. */
export function getText(asked: PlainRequest, signal: AbortSignal | undefined): Promise<ShortAnswer> {
  return get(asked, signal, async answer => {
    const { date, server } = answer.response.headers;
    return {
      body: await bodyOf(answer, asked.deadlineMs),
      date,
      server: typeof server === 'string' ? server : undefined,
    };
  });
}
