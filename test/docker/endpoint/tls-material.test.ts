import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type TlsMaterial,
  readTlsMaterial,
  tlsFilesIn,
} from '../../../src/lib/docker/endpoint/tls-material.js';
import { asNobody } from '../as-nobody.js';
import { issueCertificate } from '../certificates.js';
import { failureOf } from '../rejection.js';

describe('the files of TLS', () => {
  let folder: string;
  const good = issueCertificate({ name: 'client' });
  const other = issueCertificate({ name: 'other' });
  const encrypted = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  }).privateKey;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-tls-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function read(files: Record<string, string>, verify = true): Promise<TlsMaterial> {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, `${name}.pem`), text);
    return readTlsMaterial({
      files: tlsFilesIn(folder),
      required: ['ca'],
      verify,
      askedBy: 'DOCKER_TLS_VERIFY',
    });
  }

  it('may be a CA alone', async () => {
    expect(await read({ ca: other.cert })).to.deep.equal({ ca: other.cert, verify: true });
  });

  it('may have text around the certificate, as openssl writes it', async () => {
    const ca = `Certificate:\n    Data:\n${other.cert}${good.cert}`;
    expect(await read({ ca })).to.deep.equal({ ca, verify: true });
  });

  it('are a certificate and its key', async () => {
    const material = { ca: other.cert, cert: good.cert, key: good.key };
    expect(await read(material)).to.deep.equal({ ...material, verify: true });
  });

  const broken: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['no CA', {}, /CA certificate, .*ca\.pem: there is no such file, and DOCKER_TLS_VERIFY asks for it/],
    ['a CA that is none', { ca: 'x' }, /CA certificate, .*ca\.pem: it is not a PEM certificate/],
    ['an empty CA', { ca: '' }, /ca\.pem: it is not a PEM certificate/],
    [
      'a key without certificate',
      { ca: good.cert, key: good.key },
      /cert\.pem: it is missing, while .*key\.pem is there/,
    ],
    [
      'a certificate without key',
      { ca: good.cert, cert: good.cert },
      /key\.pem: it is missing, while .*cert\.pem/,
    ],
    [
      'a key that is none',
      { ca: good.cert, cert: good.cert, key: 'x' },
      /key\.pem: it is not a PEM private key/,
    ],
    [
      'an encrypted key',
      { ca: good.cert, cert: good.cert, key: encrypted },
      /key\.pem: the key is encrypted/,
    ],
    [
      "another's key",
      { ca: good.cert, cert: good.cert, key: other.key },
      /key\.pem: it does not belong to .*cert\.pem/,
    ],
  ];
  for (const [what, files, why] of broken) {
    it(`with ${what} are refused by name`, async () => {
      const failure = await failureOf(read(files));
      expect(failure.exit).to.equal(2);
      expect(failure.message).to.match(why);
    });
  }

  it('need no CA where nothing is verified', async () => {
    expect(await read({ ca: 'x' }, false)).to.deep.equal({ verify: false });
  });

  it('that are a folder are refused by name', async () => {
    await mkdir(join(folder, 'ca.pem'));
    const failure = await failureOf(read({}));
    expect([failure.exit, failure.message]).to.deep.equal([
      2,
      `Could not read the CA certificate, ${join(folder, 'ca.pem')}: it is a directory.`,
    ]);
  });

  it('that are not ours to read are a matter of privileges', async () => {
    await writeFile(join(folder, 'ca.pem'), other.cert);
    await chmod(join(folder, 'ca.pem'), 0);
    await chmod(folder, 0o755);
    const failure = await asNobody(() => failureOf(read({})));
    expect([failure.exit, failure.code]).to.deep.equal([5, 'file-denied']);
    expect(failure.message).to.contain(join(folder, 'ca.pem'));
    expect(failure.hints).not.to.deep.equal([]);
  });
});
