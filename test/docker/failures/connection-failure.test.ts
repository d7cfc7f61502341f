import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Dockerode from 'dockerode';
import { describeConnectionFailure } from '../../../src/lib/docker/failures/connection-failure.js';
import { dockerodeOptions, withoutDockerHost } from '../../../src/lib/docker/dockerode-options.js';
import type { Endpoint, TcpEndpoint, UnixEndpoint } from '../../../src/lib/docker/endpoint/endpoint.js';
import { EngineError, type EngineFailure } from '../../../src/lib/docker/failures/engine-error.js';
import type { TlsMaterial } from '../../../src/lib/docker/endpoint/tls-material.js';
import { asNobody } from '../as-nobody.js';
import { type Issued, expiredDays, issueCertificate } from '../certificates.js';

const unix = (path: string): UnixEndpoint => ({
  kind: 'unix',
  path,
  url: `unix://${path}`,
  origin: 'from DOCKER_HOST',
});

const tcp = (port: number, tls?: TlsMaterial, host = '127.0.0.1'): TcpEndpoint => ({
  kind: 'tcp',
  host,
  port,
  url: `tcp://${host}:${String(port)}`,
  origin: 'from context far',
  ...(tls && { tls }),
});

/** What asking this endpoint for the engine's version comes to. */
async function ask(endpoint: Endpoint): Promise<EngineError | 'answered'> {
  const options = dockerodeOptions(endpoint);
  const docker = withoutDockerHost(() => new Dockerode(options));
  try {
    await docker.version();
    return 'answered';
  } catch (error) {
    return describeConnectionFailure(endpoint, error);
  } finally {
    options.agent.destroy();
  }
}

async function failureAt(endpoint: Endpoint): Promise<EngineError> {
  const failure = await ask(endpoint);
  if (failure === 'answered') throw new Error('it answered');
  expect(failure.message)
    .to.contain(`${endpoint.url} (${endpoint.origin}): `)
    .and.to.match(/[^.]\.$/);
  return failure;
}

interface Expected {
  readonly failure: EngineFailure;
  readonly exit: number;
  readonly why: RegExp;
  readonly hint?: RegExp;
}

function expectFailure(failure: EngineError, { failure: kind, exit, why, hint }: Expected): void {
  expect([failure.failure, failure.exit]).to.deep.equal([kind, exit]);
  expect(failure.message).to.match(why);
  if (hint) expect(failure.hints.join('\n')).to.match(hint);
}

describe('a connection that fails', () => {
  let folder: string;
  let servers: Server[];
  let sockets: Set<Socket>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-connect-'));
    await chmod(folder, 0o755);
    servers = [];
    sockets = new Set();
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map(server => new Promise(done => server.close(done))));
    await rm(folder, { recursive: true, force: true });
  });

  async function listen<T extends Server>(server: T, where: string | number): Promise<T> {
    servers.push(server);
    server.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>(listening => {
      if (typeof where === 'string') server.listen(where, listening);
      else server.listen(where, '127.0.0.1', listening);
    });
    return server;
  }

  const portOf = (server: Server): number => (server.address() as AddressInfo).port;

  async function portOfServer(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer(socket => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    return portOf(await listen(server, 0));
  }

  /** Listened on a moment ago, so that nobody else does now. */
  async function closedPort(): Promise<number> {
    const server = await listen(createServer(), 0);
    const port = portOf(server);
    await new Promise(done => server.close(done));
    servers = [];
    return port;
  }

  describe('on a socket', () => {
    const start = /systemctl start docker/;

    it('finds none', async () => {
      const failure = await failureAt(unix(join(folder, 'x.sock')));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /no such socket/, hint: start });
    });

    it('finds a file where a folder should be', async () => {
      await writeFile(join(folder, 'file'), '');
      const failure = await failureAt(unix(join(folder, 'file', 'x.sock')));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /no such socket/ });
    });

    it('finds a file', async () => {
      await writeFile(join(folder, 'file'), '');
      const failure = await failureAt(unix(join(folder, 'file')));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /is a file, not a socket/ });
    });

    it('finds the folder that Docker makes for a mount', async () => {
      await mkdir(join(folder, 'docker.sock'));
      const failure = await failureAt(unix(join(folder, 'docker.sock')));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /a folder/, hint: /mounts the path/ });
    });

    it('finds one that an engine left behind', async () => {
      const path = join(folder, 'stale.sock');
      // Only a process that dies leaves its socket.
      const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`;
      spawnSync(process.execPath, ['-e', script]);
      const failure = await failureAt(unix(path));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /nobody listens/, hint: start });
    });

    it('may not enter', async () => {
      const path = join(folder, 'docker.sock');
      await listen(createServer(), path);
      await chmod(path, 0o600);
      const failure = await asNobody(() => failureAt(unix(path)));
      expectFailure(failure, {
        failure: 'denied',
        exit: 5,
        why: /permission denied/,
        hint: /usermod -aG docker/,
      });
    });

    it('has too long a path', async () => {
      const failure = await failureAt(unix(`/${'x'.repeat(200)}`));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /too long|no such socket/ });
    });

    it('is cut before an answer', async () => {
      const path = join(folder, 'docker.sock');
      await listen(
        createServer(socket => socket.destroy()),
        path,
      );
      const failure = await failureAt(unix(path));
      expectFailure(failure, {
        failure: 'unreachable',
        exit: 4,
        why: /closed the connection/,
        hint: /journalctl/,
      });
    });

    it('meets something else', async () => {
      const path = join(folder, 'docker.sock');
      await listen(
        createServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
        path,
      );
      const failure = await failureAt(unix(path));
      expectFailure(failure, {
        failure: 'malformed',
        exit: 4,
        why: /does not speak HTTP/,
        hint: /other service/,
      });
    });
  });

  describe('over TCP', () => {
    it('finds nobody', async () => {
      const failure = await failureAt(tcp(await closedPort()));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /nothing listens on port \d+ of 127/ });
    });

    it('finds nobody at any of the addresses of a name', async () => {
      const failure = await failureAt(tcp(await closedPort(), undefined, 'localhost'));
      expectFailure(failure, {
        failure: 'unreachable',
        exit: 4,
        why: /nothing listens on port \d+ of localhost/,
      });
    });

    it('finds nobody at an IPv6 address', async () => {
      const failure = await failureAt(tcp(await closedPort(), undefined, '::1'));
      expectFailure(failure, {
        failure: 'unreachable',
        exit: 4,
        why: /nothing listens|there is no way to ::1/,
      });
    });

    it('is reset', async () => {
      const port = await portOfServer(socket => socket.resetAndDestroy());
      const failure = await failureAt(tcp(port));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /closed the connection/, hint: /TLS/ });
    });

    it('meets something else', async () => {
      const port = await portOfServer(socket => socket.end('220 mail.example ESMTP\r\n'));
      expectFailure(await failureAt(tcp(port)), {
        failure: 'malformed',
        exit: 4,
        why: /does not speak HTTP \(HPE_INVALID_CONSTANT\)/,
        hint: /DOCKER_TLS_VERIFY/,
      });
    });

    const byCode: readonly (readonly [string, EngineFailure, RegExp])[] = [
      ['ENOTFOUND', 'unreachable', /no host far/],
      ['EAI_AGAIN', 'unreachable', /name server/],
      ['ETIMEDOUT', 'unreachable', /far does not answer/],
      ['EHOSTUNREACH', 'unreachable', /no way to far/],
      ['ENETUNREACH', 'unreachable', /no way to far/],
      ['EACCES', 'denied', /firewall or sandbox/],
      ['EPIPE', 'unreachable', /closed the connection/],
      ['ESOMETHING', 'unreachable', /: boom\.$/],
    ];
    for (const [code, kind, why] of byCode) {
      it(`fails with ${code}`, () => {
        const error = Object.assign(new Error('boom'), { code });
        const failure = describeConnectionFailure(tcp(2375, undefined, 'far'), error);
        expectFailure(failure, { failure: kind, exit: kind === 'denied' ? 5 : 4, why });
        const wrapped = Object.assign(new AggregateError([error], ''), {});
        expect(describeConnectionFailure(tcp(2375, undefined, 'far'), wrapped).failure).to.equal(kind);
      });
    }
  });

  describe('over TLS', () => {
    const authority = issueCertificate({ name: 'authority', isAuthority: true });
    const stranger = issueCertificate({ name: 'stranger', isAuthority: true });
    const hosts = ['127.0.0.1'];
    const server = issueCertificate({ name: 'server', issuer: authority, hosts });
    const client = issueCertificate({ name: 'client', issuer: authority });
    const trusting: TlsMaterial = { ca: authority.cert, verify: true };

    async function engine(issued: Issued, clients?: TlsOptions): Promise<number> {
      const { cert, key } = issued;
      const mutual = { ca: authority.cert, requestCert: true, rejectUnauthorized: true };
      const https = createHttpsServer(
        { cert, key, ...(clients && { ...mutual, ...clients }) },
        (_request, response) => {
          response.setHeader('content-type', 'application/json').end('{}');
        },
      );
      return portOf(await listen(https, 0));
    }

    it('does not fail where all is right', async () => {
      expect(await ask(tcp(await engine(server), trusting))).to.equal('answered');
      const material = { ...trusting, cert: client.cert, key: client.key };
      expect(await ask(tcp(await engine(server, {}), material))).to.equal('answered');
    });

    it('does not fail over who signed where nothing is verified', async () => {
      expect(await ask(tcp(await engine(server), { verify: false }))).to.equal('answered');
    });

    it('is refused without a client certificate', async () => {
      const failure = await failureAt(tcp(await engine(server, {}), trusting));
      expectFailure(failure, {
        failure: 'denied',
        exit: 5,
        why: /wants a client certificate/,
        hint: /cert\.pem/,
      });
    });

    it('is refused without a client certificate by TLS 1.2 as well', async () => {
      const failure = await failureAt(tcp(await engine(server, { maxVersion: 'TLSv1.2' }), trusting));
      expectFailure(failure, {
        failure: 'denied',
        exit: 5,
        why: /refused the TLS handshake/,
        hint: /cert\.pem/,
      });
    });

    it("is cut where a server does not say that it rejects a stranger's client certificate", async () => {
      const { cert, key } = issueCertificate({ name: 'client', issuer: stranger });
      const failure = await failureAt(tcp(await engine(server, {}), { ...trusting, cert, key }));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /closed/, hint: /ours may not be one/ });
    });

    for (const code of [
      'TLSV1_ALERT_UNKNOWN_CA',
      'SSLV3_ALERT_BAD_CERTIFICATE',
      'SSL/TLS_ALERT_BAD_CERTIFICATE',
    ]) {
      it(`says what ${code} means`, () => {
        const error = Object.assign(new Error('x'), { code: `ERR_SSL_${code}` });
        const { cert, key } = client;
        const failure = describeConnectionFailure(tcp(1, { ...trusting, cert, key }), error);
        expectFailure(failure, { failure: 'denied', exit: 5, why: /rejects our client certificate/ });
      });
    }

    const untrusted: readonly (readonly [string, Issued, TlsMaterial, RegExp])[] = [
      [
        'expired',
        issueCertificate({ name: 's', issuer: authority, hosts, ...expiredDays(1) }),
        trusting,
        /has expired/,
      ],
      [
        'is not valid yet',
        issueCertificate({ name: 's', issuer: authority, hosts, ...expiredDays(-9) }),
        trusting,
        /not valid yet/,
      ],
      ['is self-signed', issueCertificate({ name: 's', hosts }), trusting, /self-signed/],
      [
        'is signed by a stranger',
        issueCertificate({ name: 's', issuer: stranger, hosts }),
        trusting,
        /signed by a CA that we do not know/,
      ],
      ['is unknown to this machine', server, { verify: true }, /signed by a CA that we do not know/],
      [
        'is for another host',
        issueCertificate({ name: 's', issuer: authority, hosts: ['elsewhere'] }),
        trusting,
        /not for 127\.0\.0\.1/,
      ],
    ];
    for (const [what, issued, material, why] of untrusted) {
      it(`does not trust a certificate that ${what}`, async () => {
        const failure = await failureAt(tcp(await engine(issued), material));
        expectFailure(failure, { failure: 'unreachable', exit: 4, why, hint: /./ });
      });
    }

    it('meets an engine without TLS', async () => {
      const http = await listen(
        createHttpServer((_request, response) => response.end('{}')),
        0,
      );
      const failure = await failureAt(tcp(portOf(http), trusting));
      expectFailure(failure, {
        failure: 'unreachable',
        exit: 4,
        why: /does not speak TLS/,
        hint: /DOCKER_TLS_VERIFY unset/,
      });
    });

    it('is not used where the engine wants it', async () => {
      // Word for word what Go's server, and with it the engine, answers.
      const port = await portOfServer(socket =>
        socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'),
      );
      const failure = await failureAt(tcp(port));
      expectFailure(failure, { failure: 'unreachable', exit: 4, why: /wants TLS/, hint: /DOCKER_CERT_PATH/ });
    });

    it('is not used where some other server wants it', async () => {
      const failure = await failureAt(tcp(await engine(server)));
      expectFailure(failure, {
        failure: 'unreachable',
        exit: 4,
        why: /closed the connection/,
        hint: /DOCKER_TLS_VERIFY=1/,
      });
    });
  });

  it('is passed on as it is where it has been explained already', () => {
    const error = new EngineError('x', { failure: 'denied' });
    expect(describeConnectionFailure(unix('/x'), error)).to.equal(error);
  });

  it('is told from one that we gave up', () => {
    const ends = [AbortSignal.abort(), AbortSignal.abort(new DOMException('', 'TimeoutError'))];
    const kinds = ends.map(({ reason }) => describeConnectionFailure(unix('/x'), reason).failure);
    expect(kinds).to.deep.equal(['aborted', 'timeout']);
  });

  it('does not let a stranger write to the terminal', () => {
    const failure = describeConnectionFailure(unix('/x'), new Error('\u001b[2J'));
    expect(failure.message).not.to.contain('\u001b');
  });
});
