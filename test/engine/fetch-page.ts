import type { PrivateEngine } from './private-engine.js';

export interface Page {
  readonly status: number;
  readonly body: string;
}

export interface FetchOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/**
 * Runs in a Node of its own: a process cannot change its network namespace, and neither curl (not on every
 * machine) nor busybox wget (Debian's static one crashes on `-T`) will do. http, as fetch refuses a Host.
 */
const script = `
  const [url, headers, timeout] = process.argv.slice(1);
  const signal = AbortSignal.timeout(Number(timeout));
  require('node:http').get(url, { headers: JSON.parse(headers), signal }, reply => {
    let body = '';
    reply.setEncoding('utf8').on('data', text => (body += text));
    reply.on('end', () => console.log(JSON.stringify({ status: reply.statusCode, body })));
  }).on('error', error => {
    console.error(error.cause?.message ?? error.message);
    process.exitCode = 1;
  });
`;

/** Fetches a page from inside the engine's network namespace, where its published ports are. */
export async function fetchPage(
  engine: PrivateEngine,
  url: string,
  options: FetchOptions = {},
): Promise<Page> {
  const { headers = {}, timeoutMs = 5000 } = options;
  const args = ['-e', script, url, JSON.stringify(headers), String(timeoutMs)];
  // A loader that the tests run with would only slow it down.
  const output = await engine.exec(process.execPath, args, { env: { NODE_OPTIONS: '' } });
  return JSON.parse(output) as Page;
}
