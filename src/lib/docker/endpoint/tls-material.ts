import { X509Certificate, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { ExitCode, FairleadError, messageOf } from '../../model/errors.js';
import { readOptional } from './read-optional.js';

/** PEM texts; the key is a secret. */
export interface TlsMaterial {
  /** What the engine's certificate must be signed by; without it, the authorities Node knows. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Whether the engine's certificate is checked at all. */
  readonly verify: boolean;
}

export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

type Part = keyof TlsFiles;

const partNames: Record<Part, string> = {
  ca: 'the CA certificate',
  cert: 'the client certificate',
  key: "the client certificate's key",
};

/** The files as docker names them in a folder. */
export function tlsFilesIn(folder: string): Required<TlsFiles> {
  return { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
}

function unusable(
  path: string,
  part: Part,
  why: string,
  hints: readonly string[],
  cause?: unknown,
): FairleadError {
  const message = `Could not use ${partNames[part]}, ${path}: ${why}.`;
  return new FairleadError(message, { code: 'tls-file', exit: ExitCode.usage, hints, cause });
}

function assertUsable(part: Part, pem: string, path: string): void {
  try {
    if (part === 'key') createPrivateKey(pem);
    else new X509Certificate(pem);
  } catch (error) {
    if (part === 'key' && pem.includes('ENCRYPTED')) {
      const hint = `Docker does not take encrypted keys either: openssl pkey -in ${path} -out key-plain.pem`;
      throw unusable(path, part, 'the key is encrypted', [hint], error);
    }
    const kind = part === 'key' ? 'private key' : 'certificate';
    throw unusable(path, part, `it is not a PEM ${kind} (${messageOf(error)})`, [], error);
  }
}

export interface TlsRequest {
  readonly files: TlsFiles;
  /** Those without which the connection must not be tried. */
  readonly required: readonly Part[];
  readonly verify: boolean;
  /** What asked for TLS, for whoever misses a file: «DOCKER_TLS_VERIFY». */
  readonly askedBy: string;
}

/** Reads and checks the files now, so that a wrong one is named and not guessed from a failed handshake. */
export async function readTlsMaterial(request: TlsRequest): Promise<TlsMaterial> {
  const { files, required, verify, askedBy } = request;
  const read = async (part: Part): Promise<string | undefined> => {
    const path = files[part];
    if (path === undefined) return undefined;
    const pem = await readOptional(path, partNames[part]);
    if (pem !== undefined) assertUsable(part, pem, path);
    else if (required.includes(part)) {
      const hint = 'DOCKER_CERT_PATH names the folder that holds ca.pem, cert.pem and key.pem.';
      const hints = askedBy.startsWith('DOCKER_') ? [hint] : [];
      throw unusable(path, part, `there is no such file, and ${askedBy} asks for it`, hints);
    }
    return pem;
  };
  // Without verification docker does not look at the CA either.
  const ca = verify ? await read('ca') : undefined;
  const cert = await read('cert');
  const key = await read('key');
  if (cert === undefined && key !== undefined) throw lonely('cert', files);
  if (key === undefined && cert !== undefined) throw lonely('key', files);
  if (
    cert !== undefined &&
    key !== undefined &&
    !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  ) {
    throw unusable(files.key ?? '', 'key', `it does not belong to the certificate ${files.cert ?? ''}`, []);
  }
  return {
    verify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function lonely(missing: 'cert' | 'key', files: TlsFiles): FairleadError {
  const other = missing === 'cert' ? files.key : files.cert;
  return unusable(
    files[missing] ?? `(no ${missing} given)`,
    missing,
    `it is missing, while ${other ?? ''} is there`,
    [],
  );
}
