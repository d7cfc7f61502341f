import { escapeLine } from '../../model/escape.js';
import { messageOf } from '../../model/errors.js';
import { EngineError, isEngineFailure } from '../failures/engine-error.js';
import { codeOf } from '../../model/error-code.js';
import { EventQueue } from './event-queue.js';
import { type EngineEvent, overflow } from './event-source.js';
import { LineSplitter } from './line-splitter.js';
import { type PlainAnswer, type PlainRequest, openStream } from './plain-request.js';
import { readEvent } from './read-event.js';

/**
 * However it ends, it is no end: an engine that is stopped breaks the body off, after it told of the end of every
 * container (engine fact E20), and a proxy may end it in good order.
 */
function streamEnded(url: string, error?: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const said = error === undefined ? 'it was closed' : (codeOf(error) ?? escapeLine(messageOf(error)));
  return new EngineError(`Lost the events of the engine at ${url}: ${said}.`, {
    failure: 'stream-ended',
    hints: ['The engine, or a proxy before it, may be restarting.'],
    cause: error,
  });
}

/** Fills the queue as fast as the answer comes. */
function fill(queue: EventQueue, { request, response }: PlainAnswer, url: string): void {
  const lines = new LineSplitter();
  let latest = '0';
  const take = (line: string | undefined): void => {
    if (line?.trim() === '') return;
    const event = line === undefined ? { ...overflow, timeNano: latest } : readEvent(line);
    latest = event.timeNano;
    queue.push(event);
  };
  response.on('data', (chunk: Buffer) => {
    try {
      for (const line of lines.split(chunk)) take(line);
    } catch (error) {
      queue.end(streamEnded(url, error));
      request.destroy();
    }
  });
  const ended = (error?: unknown): void => queue.end(streamEnded(url, error));
  request.on('error', ended);
  response.on('error', ended);
  response.once('end', () => ended());
  response.once('close', () => ended());
}

/** Follows an event stream to its end, which is thrown; returns only when the signal fires. */
export async function* followEvents(
  asked: PlainRequest,
  signal: AbortSignal,
  subscribed?: () => void,
): AsyncGenerator<EngineEvent> {
  if (signal.aborted) return;
  const queue = new EventQueue();
  const stop = (): void => queue.end();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (asked.lateHead) subscribed?.();
    const answer = await openStream(asked, signal);
    fill(queue, answer, asked.endpoint.url);
    if (!asked.lateHead) subscribed?.();
    for (let event = await queue.next(); event; event = await queue.next()) yield event;
  } catch (error) {
    if (!isEngineFailure(error, 'aborted')) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    asked.agent.destroy();
  }
}
