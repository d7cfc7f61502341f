import { escapeLine } from '../../model/escape.js';
import { messageOf } from '../../model/errors.js';
import type { Endpoint, TcpEndpoint } from '../endpoint/endpoint.js';
import { EngineError } from './engine-error.js';
import { codeOf } from '../../model/error-code.js';
import type { Explanation } from './explanation.js';
import { explainTls } from './tls-failure.js';
import { explainUnixSocket } from './unix-failure.js';

/** What went wrong below HTTP, as an EngineError that names the endpoint and where it was taken from. */
export function describeConnectionFailure(endpoint: Endpoint, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const code = codeOf(error) ?? '';
  const { failure, why, hints } =
    explainEnd(error) ??
    (endpoint.kind === 'unix' ? explainUnixSocket(endpoint, code) : undefined) ??
    (endpoint.kind === 'tcp' ? explainTls(endpoint, error) : undefined) ??
    (endpoint.kind === 'tcp' ? explainNetwork(endpoint.host, endpoint.port, code) : undefined) ??
    explainStream(endpoint, error, code);
  return new EngineError(`Cannot reach the engine at ${endpoint.url} (${endpoint.origin}): ${why}.`, {
    failure,
    cause: error,
    ...(hints && { hints }),
  });
}

/** The connection was given up on this side. */
function explainEnd(error: unknown): Explanation | undefined {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return { failure: 'timeout', why: 'it did not answer in time' };
  if (name === 'AbortError') return { failure: 'aborted', why: 'interrupted' };
  return undefined;
}

function explainNetwork(host: string, port: number, code: string): Explanation | undefined {
  const failure = 'unreachable';
  switch (code) {
    case 'ECONNREFUSED':
      return {
        failure,
        why: `nothing listens on port ${String(port)} of ${host}`,
        hints: [
          'An engine listens on TCP only when told to: `hosts` in its daemon.json, or dockerd -H tcp://…',
          'Over ssh nothing needs to listen: --host ssh://user@host',
        ],
      };
    case 'ENOTFOUND':
      return {
        failure,
        why: `there is no host ${host}`,
        hints: ['Check the name; an address works as well.'],
      };
    case 'EAI_AGAIN':
      return { failure, why: `the name ${host} could not be looked up: the name server does not answer` };
    case 'ETIMEDOUT':
      return {
        failure,
        why: `${host} does not answer`,
        hints: [`Is the host up, and does a firewall drop port ${String(port)}?`],
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return { failure, why: `there is no way to ${host}`, hints: ['Check routes, VPN and firewall.'] };
    case 'EACCES':
    case 'EPERM':
      return { failure: 'denied', why: `this machine's firewall or sandbox forbids connections to ${host}` };
    default:
      return undefined;
  }
}

/** Connected, but what came is not an engine. */
function explainStream(endpoint: Endpoint, error: unknown, code: string): Explanation {
  if (code.startsWith('HPE_')) {
    return {
      failure: 'malformed',
      why: `what answers there does not speak HTTP (${code})`,
      hints: [strangerHint(endpoint)],
    };
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') {
    return {
      failure: 'unreachable',
      why: 'it closed the connection without an answer',
      hints: [
        'The engine may be restarting; otherwise its log tells more: journalctl -u docker',
        ...(endpoint.kind === 'tcp' ? [resetHint(endpoint)] : []),
      ],
    };
  }
  const said = escapeLine(messageOf(error)).replace(/\.$/, '');
  return { failure: 'unreachable', why: said || code || 'the connection failed' };
}

function resetHint({ tls }: TcpEndpoint): string {
  return tls
    ? 'If it knows its clients by certificate, ours may not be one of them.'
    : 'If it wants TLS, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH.';
}

function strangerHint(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'unix':
      return 'Some other service listens on that socket; the usual one is /var/run/docker.sock.';
    case 'ssh':
      return 'A login script on the far side may print to its output: `ssh HOST true` must print nothing.';
    case 'tcp':
      return endpoint.tls
        ? 'Is that the port of an engine?'
        : 'Is that the port of an engine? If it wants TLS, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH.';
  }
}
