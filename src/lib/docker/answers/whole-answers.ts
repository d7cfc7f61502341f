import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { EngineError } from '../failures/engine-error.js';

/** The list of ten thousand containers has some 30 MB. */
const longestAnswerBytes = 128 * 1024 * 1024;

/** How Node hands a request to its agent. Packages that wrap agents rely on it; the types leave it out. */
interface TakesRequests {
  addRequest(request: ClientRequest, ...rest: readonly unknown[]): void;
}

function tooLong(): EngineError {
  const limit = `${String(longestAnswerBytes / 1024 / 1024)} MB`;
  return new EngineError(`The engine's answer makes no sense: it is longer than ${limit}.`, {
    failure: 'malformed',
    hints: ['Is this the address of a Docker engine?'],
  });
}

function brokenOff(cause: Error): EngineError {
  return new EngineError("The engine's answer broke off before its end.", {
    failure: 'unreachable',
    hints: ['The engine, or a proxy before it, may be restarting: run the command again.'],
    cause,
  });
}

function watch(request: ClientRequest, response: IncomingMessage): void {
  // No engine sends us elsewhere; docker-modem would go there, wherever that is, and listen for no error.
  delete response.headers.location;
  let bytes = 0;
  const count = (more: number): void => {
    bytes += more;
    if (bytes <= longestAnswerBytes) return;
    response.removeAllListeners('data');
    request.destroy();
    request.emit('error', tooLong());
  };
  response.on('error', error => {
    request.emit('error', error.name === 'AbortError' ? error : brokenOff(error));
  });
  response.on('data', (chunk: Buffer) => count(chunk.length));
  if (Number(response.headers['content-length'] ?? 0) > longestAnswerBytes) count(longestAnswerBytes + 1);
}

/**
 * Makes requests fail whose answer does not come to its end. docker-modem keeps whatever comes until the body has
 * ended, and listens for nothing else: it would wait for ever where the body breaks off, and fill the memory where
 * it goes on for ever. Not for streams, which are read by whoever asked for them.
 */
export function demandWholeAnswers(agent: Agent): void {
  const takes = agent as Agent & TakesRequests;
  const addRequest = takes.addRequest.bind(agent);
  takes.addRequest = (request, ...rest) => {
    // Before docker-modem's own listener.
    request.prependOnceListener('response', response => watch(request, response));
    addRequest(request, ...rest);
  };
}
