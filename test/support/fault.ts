import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** What befalls a call on its way to the engine or back. */
export type Fault =
  /** The connection is closed in place of an answer; the engine hears nothing. */
  | { readonly do: 'refuse' }
  /** The proxy answers, as a socket proxy that forbids a call does. */
  | { readonly do: 'answer'; readonly status: number; readonly body: string; readonly contentType?: string }
  | { readonly do: 'delay'; readonly ms: number }
  /** The call waits before it reaches the engine. */
  | { readonly do: 'hold'; readonly until: Promise<void> }
  /** The head comes through, and no more of the answer is taken from the engine until then. */
  | { readonly do: 'read-late'; readonly until: Promise<void> }
  | { readonly do: 'head'; readonly change: (headers: IncomingHttpHeaders) => IncomingHttpHeaders }
  /** The body breaks off. */
  | { readonly do: 'cut'; readonly afterBytes: number }
  /** The body stands still, for good. */
  | { readonly do: 'stall'; readonly afterBytes: number }
  /** One chunk of the body, counted from 0, is noise. */
  | { readonly do: 'garble'; readonly chunk: number }
  /** The body comes in pieces of so many bytes. */
  | { readonly do: 'split'; readonly bytes: number }
  /** Each line of the body becomes these: none to drop it, two to double it. */
  | { readonly do: 'lines'; readonly change: (line: string, index: number) => readonly string[] };

/** Thrown where a body is to break off. */
export class Cut extends Error {}

/** The body after the fault. */
export async function* spoil(fault: Fault | undefined, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  switch (fault?.do) {
    case undefined:
    case 'refuse':
    case 'answer':
    case 'delay':
    case 'hold':
    case 'head':
      yield* body;
      return;
    case 'cut':
    case 'stall':
      yield* firstBytes(fault.afterBytes, body);
      if (fault.do === 'cut') throw new Cut();
      await new Promise(() => undefined);
      return;
    case 'garble':
      yield* garbled(fault.chunk, body);
      return;
    case 'split':
      for await (const chunk of body) {
        for (let at = 0; at < chunk.length; at += fault.bytes) {
          yield chunk.subarray(at, at + fault.bytes);
          await nextTurn();
        }
      }
      return;
    case 'lines':
      yield* rewritten(fault.change, body);
      return;
    case 'read-late':
      await fault.until;
      yield* body;
  }
}

/** What has to pass before the call goes on to the engine. */
export async function holdUp(fault: Fault | undefined): Promise<void> {
  if (fault?.do === 'delay') await delay(fault.ms);
  if (fault?.do === 'hold') await fault.until;
}

/** A body to its last byte, even where it breaks off then: what is left is lost to who iterates over the stream. */
export async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  const chunks: Buffer[] = [];
  let wake = (): void => undefined;
  let end: { readonly error?: Error } | undefined;
  const finish = (error?: Error): void => {
    end ??= error ? { error } : {};
    wake();
  };
  if (body.destroyed) throw new Cut();
  body.on('end', () => finish()).on('error', finish);
  body.on('close', () => finish(new Cut()));
  body.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunks.length > 16) body.pause();
    wake();
  });
  for (;;) {
    const chunk = chunks.shift();
    if (chunk) yield chunk;
    else if (end?.error) throw end.error;
    else if (end) return;
    else {
      body.resume();
      await new Promise<void>(resolve => (wake = resolve));
    }
  }
}

async function* firstBytes(count: number, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = count;
  if (left === 0) return;
  for await (const chunk of body) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

async function* garbled(which: number, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let index = 0;
  for await (const chunk of body) {
    yield index === which ? Buffer.from(chunk.map(byte => (byte === 10 ? byte : byte ^ 0xa5))) : chunk;
    index += 1;
  }
}

async function* rewritten(
  change: (line: string, index: number) => readonly string[],
  body: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let rest = '';
  let index = 0;
  for await (const chunk of body) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const text = Buffer.from(line, 'latin1').toString();
      for (const changed of change(text, index)) yield Buffer.from(`${changed}\n`);
      index += 1;
    }
  }
  if (rest !== '') yield Buffer.from(rest, 'latin1');
}
