import { messageOf } from '../../model/errors.js';
import { escapeLine } from '../../model/escape.js';
import type { TcpEndpoint } from '../endpoint/endpoint.js';
import { codeOf } from '../../model/error-code.js';
import type { Explanation } from './explanation.js';

/**
 * Whether an answer, by its HTTP status a refusal, is really a TLS port's complaint about a client without TLS:
 * Go's server (the engine's own) and nginx answer that in plain HTTP.
 */
export function isTlsComplaint(error: unknown): boolean {
  return /HTTP request (was sent )?to (an )?HTTPS (server|port)/i.test(messageOf(error));
}

/** From OpenSSL's verification of the engine's certificate. */
const distrust: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the engine's certificate has expired",
  CERT_NOT_YET_VALID: "the engine's certificate is not valid yet",
  CERT_REVOKED: "the engine's certificate was revoked",
  CERT_SIGNATURE_FAILURE: "the engine's certificate does not carry the signature of the CA that we trust",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the engine's certificate is self-signed and not the one that we trust",
  SELF_SIGNED_CERT_IN_CHAIN: "the engine's certificate is signed by a CA that we do not trust",
  UNABLE_TO_GET_ISSUER_CERT: "the engine's certificate is signed by a CA that we do not know",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the engine's certificate is signed by a CA that we do not know",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the engine's certificate is signed by a CA that we do not know",
  INVALID_CA: 'what signed the engine’s certificate is not a CA',
  INVALID_PURPOSE: "the engine's certificate is not made for servers",
};

const clockHint = 'Compare the clocks of both machines (date), or renew the certificate.';

const clientHint =
  'DOCKER_CERT_PATH must have a cert.pem and key.pem signed by the CA that the engine knows (--tlscacert).';

export function explainTls(endpoint: TcpEndpoint, error: unknown): Explanation | undefined {
  if (isTlsComplaint(error)) {
    return {
      failure: 'unreachable',
      why: 'it wants TLS, and was asked without',
      hints: [
        'Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem.',
      ],
    };
  }
  return explainCode(endpoint, error, codeOf(error) ?? '');
}

function explainCode(
  { host, port, tls }: TcpEndpoint,
  error: unknown,
  code: string,
): Explanation | undefined {
  const why = distrust[code];
  if (why !== undefined) {
    const aged = code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID';
    const hint = `The CA that signed it must be ${tls?.ca === undefined ? 'known to this machine, or ' : ''}in ca.pem.`;
    return { failure: 'unreachable', why, hints: [aged ? clockHint : hint] };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      failure: 'unreachable',
      why: `the engine's certificate is not for ${host}`,
      hints: [
        `${escapeLine(messageOf(error))}.`.replace(/\.\.$/, '.'),
        'Use the name that the certificate is for.',
      ],
    };
  }
  // Before TLS 1.3 the code is EPROTO, and only the text names the alert.
  const alert = /alert[ _](.+)/i.exec(`${code} ${messageOf(error)}`)?.[1] ?? '';
  if (/certificate|unknown[ _]ca|access[ _]denied/i.test(alert)) {
    const why =
      tls?.cert === undefined ? 'it wants a client certificate' : 'it rejects our client certificate';
    return { failure: 'denied', why, hints: [clientHint] };
  }
  if (/handshake[ _]failure/i.test(alert)) {
    return { failure: 'denied', why: 'it refused the TLS handshake', hints: [clientHint] };
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return explainProtocol(port, error);
  return undefined;
}

/** Node has no code of its own for this one; the text is OpenSSL's, 1.1 and 3. */
function explainProtocol(port: number, error: unknown): Explanation {
  if (
    /wrong version number|packet length too long|record layer failure|http request/i.test(messageOf(error))
  ) {
    return {
      failure: 'unreachable',
      why: `port ${String(port)} does not speak TLS`,
      hints: ['Is it the right port? An engine without TLS is reached with DOCKER_TLS_VERIFY unset.'],
    };
  }
  return { failure: 'unreachable', why: `TLS could not be agreed on (${escapeLine(messageOf(error))})` };
}
