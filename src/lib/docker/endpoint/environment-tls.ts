import { UsageError } from '../../model/errors.js';
import type { TcpScheme } from './endpoint-url.js';
import { type TlsMaterial, readTlsMaterial, tlsFilesIn } from './tls-material.js';

export interface TlsQuestion {
  readonly scheme: TcpScheme;
  readonly origin: string;
  readonly env: NodeJS.ProcessEnv;
  /** docker's own folder: where the files are unless DOCKER_CERT_PATH says otherwise. */
  readonly configFolder: string;
}

/** What DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH mean for a URL given on its own. */
export async function environmentTls(question: TlsQuestion): Promise<TlsMaterial | undefined> {
  const { scheme, origin, env, configFolder } = question;
  // Any value counts, "0" and "false" as well: that is how docker reads both.
  const askedBy = env.DOCKER_TLS_VERIFY ? 'DOCKER_TLS_VERIFY' : env.DOCKER_TLS ? 'DOCKER_TLS' : undefined;
  const { DOCKER_CERT_PATH: named } = env;
  const files = tlsFilesIn(named === undefined || named === '' ? configFolder : named);
  if (askedBy === undefined) {
    if (scheme !== 'https') return undefined;
    return readTlsMaterial({ files: named ? files : {}, required: [], verify: true, askedBy: 'https://' });
  }
  if (scheme === 'http') {
    throw new UsageError(
      `http:// (${origin}) asks for a connection without TLS, ${askedBy} for one with TLS.`,
      [`Write tcp:// or https:// instead, or unset ${askedBy}.`],
    );
  }
  const verify = askedBy === 'DOCKER_TLS_VERIFY';
  return readTlsMaterial({ files, required: verify ? ['ca'] : [], verify, askedBy });
}
