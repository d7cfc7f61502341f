import { decode, largestFile } from '../lib/config/source/read-source.js';

/** All of standard input as text, up to what a config may have. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > largestFile) break;
  }
  return decode(Buffer.concat(chunks), '-');
}
