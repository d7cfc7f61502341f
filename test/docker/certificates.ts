import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate with its key, as PEM, and what is needed to sign others with it. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface CertificateRequest {
  readonly name: string;
  /** Who signs; itself if not given. */
  readonly issuer?: Issued;
  readonly isAuthority?: boolean;
  /** Names and addresses of the server. */
  readonly hosts?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const dayMs = 86_400_000;

function der(tag: number, ...content: readonly (Buffer | readonly number[])[]): Buffer {
  const body = Buffer.concat(content.map(part => Buffer.from(part)));
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...content: Buffer[]): Buffer => der(0x30, ...content);
const oid = (...bytes: number[]): Buffer => der(0x06, bytes);
const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

function nameOf(common: string): Buffer {
  return sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(common)))));
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

function extension(id: number, value: Buffer): Buffer {
  return sequence(oid(0x55, 0x1d, id), der(0x04, value));
}

function subjectAltName(hosts: readonly string[]): Buffer {
  const names = hosts.map(host =>
    isIP(host) === 4 ? der(0x87, host.split('.').map(Number)) : der(0x82, Buffer.from(host)),
  );
  return extension(17, sequence(...names));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** Made when the test runs: a certificate that is checked in expires one day. */
export function issueCertificate(request: CertificateRequest): Issued {
  const { name, issuer, isAuthority = false, hosts = [] } = request;
  const { notBefore = new Date(Date.now() - dayMs), notAfter = new Date(Date.now() + dayMs) } = request;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    extension(19, isAuthority ? sequence(der(0x01, [0xff])) : sequence()),
    ...(hosts.length > 0 ? [subjectAltName(hosts)] : []),
  ];
  const unsigned = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, [1], randomBytes(8)),
    ecdsaWithSha256,
    nameOf(issuer?.name ?? name),
    sequence(time(notBefore), time(notAfter)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', unsigned, issuer?.privateKey ?? privateKey);
  return {
    cert: pem('CERTIFICATE', sequence(unsigned, ecdsaWithSha256, der(0x03, [0], signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    name,
    privateKey,
  };
}

export function expiredDays(days: number): Pick<CertificateRequest, 'notBefore' | 'notAfter'> {
  const now = Date.now();
  return { notBefore: new Date(now - (days + 1) * dayMs), notAfter: new Date(now - days * dayMs) };
}
