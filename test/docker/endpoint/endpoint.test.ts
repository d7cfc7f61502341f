import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type Endpoint,
  type EndpointRequest,
  isLocal,
  resolveEndpoint,
} from '../../../src/lib/docker/endpoint/endpoint.js';
import { asNobody } from '../as-nobody.js';
import { issueCertificate } from '../certificates.js';
import { failureOf } from '../rejection.js';

const hashOf = (name: string): string => createHash('sha256').update(name).digest('hex');

describe('which engine is meant', () => {
  let home: string;
  let servers: Server[];

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'fairlead-home-'));
    servers = [];
    await mkdir(join(home, '.docker'));
  });

  afterEach(async () => {
    await Promise.all(servers.map(server => new Promise(done => server.close(done))));
    await rm(home, { recursive: true, force: true });
  });

  type Asked = Omit<EndpointRequest, 'env' | 'homeDir'> & { env?: NodeJS.ProcessEnv };
  const resolve = ({ env = {}, ...asked }: Asked = {}): Promise<Endpoint> =>
    resolveEndpoint({ env, homeDir: home, defaultSocket: join(home, 'docker.sock'), ...asked });

  async function addContext(name: string, docker: unknown, folder = join(home, '.docker')): Promise<void> {
    const meta = join(folder, 'contexts', 'meta', hashOf(name));
    await mkdir(meta, { recursive: true });
    await writeFile(
      join(meta, 'meta.json'),
      JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } }),
    );
  }

  async function addTls(folder: string): Promise<{ ca: string; cert: string; key: string }> {
    const { cert, key } = issueCertificate({ name: 'client' });
    const { cert: ca } = issueCertificate({ name: 'ca', isAuthority: true });
    await mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries({ ca, cert, key }))
      await writeFile(join(folder, `${file}.pem`), text);
    return { ca, cert, key };
  }

  async function listen(path: string): Promise<void> {
    await mkdir(join(path, '..'), { recursive: true });
    const server = createServer();
    servers.push(server);
    await new Promise<void>(listening => server.listen(path, listening));
  }

  const useContext = (name: string): Promise<void> =>
    writeFile(join(home, '.docker', 'config.json'), JSON.stringify({ auths: {}, currentContext: name }));

  /** Every source there is, from the one that beats all to the one that remains; each is tried without its betters. */
  const sources = [
    '--host',
    '--context',
    'DOCKER_HOST',
    'DOCKER_CONTEXT',
    'configured',
    'current',
    'default',
  ];
  const chosen: Record<string, string> = {
    '--host': 'unix:///flag.sock from --host',
    '--context': 'tcp://flag:2375 from context flag',
    DOCKER_HOST: 'unix:///env.sock from DOCKER_HOST',
    DOCKER_CONTEXT: 'tcp://env:2375 from context env',
    configured: 'unix:///file.sock from docker.host in /etc/fairlead/fairlead.yaml',
    current: 'tcp://current:2375 from context current',
    default: 'unix://HOME/docker.sock the default',
  };
  for (const [index, source] of sources.entries()) {
    const rest = sources.slice(index).filter(each => !(source === '--host' && each === '--context'));
    it(`${source} beats ${rest.slice(1).join(', ') || 'nothing'}`, async () => {
      for (const name of ['flag', 'env', 'current']) await addContext(name, { Host: `tcp://${name}:2375` });
      if (rest.includes('current')) await useContext('current');
      await listen(join(home, 'docker.sock'));
      const has = (each: string): boolean => rest.includes(each);
      const endpoint = await resolve({
        ...(has('--host') && { host: 'unix:///flag.sock' }),
        ...(has('--context') && { context: 'flag' }),
        ...(has('configured') && {
          configured: { host: 'unix:///file.sock', file: '/etc/fairlead/fairlead.yaml' },
        }),
        env: {
          ...(has('DOCKER_HOST') && { DOCKER_HOST: 'unix:///env.sock' }),
          ...(has('DOCKER_CONTEXT') && { DOCKER_CONTEXT: 'env' }),
        },
      });
      expect(`${endpoint.url.replace(home, 'HOME')} ${endpoint.origin}`).to.equal(chosen[source]);
    });
  }

  it('refuses --host together with --context', async () => {
    const failure = await failureOf(resolve({ host: 'unix:///x', context: 'y' }));
    expect([failure.exit, failure.message]).to.deep.equal([
      2,
      '--host and --context both choose the engine: give one of them.',
    ]);
  });

  it('takes empty variables for unset ones', async () => {
    const env = {
      DOCKER_HOST: '',
      DOCKER_CONTEXT: '',
      DOCKER_CONFIG: '',
      DOCKER_TLS_VERIFY: '',
      XDG_RUNTIME_DIR: '',
    };
    expect(await resolve({ env })).to.include({ kind: 'unix', path: join(home, 'docker.sock') });
  });

  it('is local on a socket only', async () => {
    const hosts = ['unix:///x', 'tcp://localhost', 'ssh://localhost'];
    const endpoints = await Promise.all(hosts.map(host => resolve({ host })));
    expect(endpoints.map(isLocal)).to.deep.equal([true, false, false]);
  });

  describe('a context', () => {
    it('is looked for in DOCKER_CONFIG', async () => {
      const folder = join(home, 'elsewhere');
      await addContext('far', { Host: 'ssh://me@far' }, folder);
      await writeFile(join(folder, 'config.json'), '{"currentContext":"far"}');
      expect(await resolve({ env: { DOCKER_CONFIG: folder } })).to.deep.equal({
        kind: 'ssh',
        user: 'me',
        host: 'far',
        url: 'ssh://me@far',
        origin: 'from context far',
      });
    });

    for (const [by, asked, current] of [
      ['--context', { context: 'nope' }, undefined],
      ['DOCKER_CONTEXT', { env: { DOCKER_CONTEXT: 'nope' } }, undefined],
      ['`docker context use`', {}, 'nope'],
    ] as const) {
      it(`that does not exist, named by ${by}, is refused with those that do`, async () => {
        for (const name of ['beta', 'alpha']) await addContext(name, { Host: 'unix:///x' });
        await mkdir(join(home, '.docker', 'contexts', 'meta', 'rubbish'));
        if (current) await useContext(current);
        const failure = await failureOf(resolve(asked));
        expect(failure.exit).to.equal(2);
        expect(failure.message).to.equal(
          `There is no docker context "nope" (named by ${by}) in ${join(home, '.docker')}.`,
        );
        expect(failure.hints).to.deep.equal(['Known contexts: default, alpha, beta.']);
      });
    }

    it('that does not exist is refused where there are none at all', async () => {
      expect((await failureOf(resolve({ context: '' }))).hints).to.deep.equal(['Known contexts: default.']);
    });

    it('called default means DOCKER_HOST, and without it the default socket', async () => {
      await addContext('other', { Host: 'unix:///other' });
      await useContext('other');
      const env = { DOCKER_HOST: 'tcp://env:1' };
      expect((await resolve({ context: 'default', env })).origin).to.equal('from DOCKER_HOST');
      expect((await resolve({ context: 'default' })).origin).to.equal('the default');
      expect((await resolve({ env: { DOCKER_CONTEXT: 'default' } })).origin).to.equal('the default');
    });

    it('brings its own TLS files, and takes none from the environment', async () => {
      await addContext('tls', { Host: 'tcp://h:2376', SkipTLSVerify: false });
      const material = await addTls(join(home, '.docker', 'contexts', 'tls', hashOf('tls'), 'docker'));
      const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nonexistent' };
      expect(await resolve({ context: 'tls', env })).to.deep.include({ tls: { ...material, verify: true } });
      await addContext('plain', { Host: 'tcp://h:2375', SkipTLSVerify: false });
      expect(await resolve({ context: 'plain', env })).not.to.have.property('tls');
    });

    it('may ask for TLS that trusts everyone', async () => {
      await addContext('lax', { Host: 'tcp://h', SkipTLSVerify: true });
      expect(await resolve({ context: 'lax' })).to.deep.include({ port: 2376, tls: { verify: false } });
    });

    for (const [what, docker, why] of [
      ['without a docker endpoint', undefined, /has no docker endpoint/],
      ['without a host', { Host: '' }, /has no docker endpoint/],
      ['with a Windows pipe', { Host: 'npipe:////./pipe/x' }, /\(from context bad\).*Windows/],
    ] as const) {
      it(`${what} is refused`, async () => {
        await addContext('bad', docker);
        const failure = await failureOf(resolve({ context: 'bad' }));
        expect(failure.exit).to.equal(2);
        expect(failure.message).to.match(why);
      });
    }

    for (const broken of ['{', '[]', 'null', '"x"']) {
      it(`whose file is ${broken} is refused by the name of the file`, async () => {
        await addContext('bad', {});
        const file = join(home, '.docker', 'contexts', 'meta', hashOf('bad'), 'meta.json');
        await writeFile(file, broken);
        const failure = await failureOf(resolve({ context: 'bad' }));
        expect([failure.exit, failure.message.includes(file)]).to.deep.equal([2, true]);
      });
    }
  });

  describe("docker's settings", () => {
    const file = (): string => join(home, '.docker', 'config.json');

    for (const harmless of ['', ' \n', '{}', '{"currentContext":""}', '{"currentContext":7}']) {
      it(`${JSON.stringify(harmless)} choose no context`, async () => {
        await writeFile(file(), harmless);
        expect((await resolve()).origin).to.equal('the default');
      });
    }

    it('that are broken are refused, for they may name another engine', async () => {
      await writeFile(file(), '{');
      const failure = await failureOf(resolve());
      expect([failure.exit, failure.message.includes(file())]).to.deep.equal([2, true]);
    });

    it('that are broken do not matter where something else decides', async () => {
      await writeFile(file(), '{');
      expect((await resolve({ env: { DOCKER_HOST: 'unix:///x' } })).url).to.equal('unix:///x');
    });

    it('that are not ours to read leave the default, which says so', async () => {
      await writeFile(file(), '{}');
      await chmod(file(), 0);
      await chmod(home, 0o755);
      const { origin } = await asNobody(resolve);
      expect(origin).to.equal(`the default, as ${file()} cannot be read`);
    });
  });

  describe('without any choice', () => {
    it("is a rootless engine's socket, where there is no other", async () => {
      const runtime = join(home, 'run');
      await listen(join(runtime, 'docker.sock'));
      expect(await resolve({ env: { XDG_RUNTIME_DIR: runtime } })).to.include({
        path: join(runtime, 'docker.sock'),
        origin: "the rootless engine's",
      });
      await listen(join(home, 'docker.sock'));
      expect((await resolve({ env: { XDG_RUNTIME_DIR: runtime } })).origin).to.equal('the default');
    });

    it("is Docker Desktop's socket, where there is no other", async () => {
      const path = join(home, '.docker', 'run', 'docker.sock');
      await listen(path);
      expect(await resolve({ env: { XDG_RUNTIME_DIR: '/nonexistent' } })).to.include({
        path,
        origin: "Docker Desktop's",
      });
    });

    it('passes over what is not a socket', async () => {
      await mkdir(join(home, '.docker', 'run', 'docker.sock'), { recursive: true });
      expect((await resolve()).origin).to.equal('the default');
    });
  });

  describe('TLS from the environment', () => {
    it('is off unless asked for, on port 2376 as well', async () => {
      expect(await resolve({ host: 'tcp://h:2376' })).to.deep.equal({
        kind: 'tcp',
        host: 'h',
        port: 2376,
        url: 'tcp://h:2376',
        origin: 'from --host',
      });
    });

    for (const value of ['1', '0', 'false']) {
      it(`is on and verified with DOCKER_TLS_VERIFY=${value}, as docker reads it`, async () => {
        const material = await addTls(join(home, '.docker'));
        const env = { DOCKER_HOST: 'tcp://h', DOCKER_TLS_VERIFY: value };
        expect(await resolve({ env })).to.deep.include({ port: 2376, tls: { ...material, verify: true } });
      });
    }

    it('is on and not verified with DOCKER_TLS', async () => {
      const { cert, key } = await addTls(join(home, 'certs'));
      const env = { DOCKER_HOST: 'tcp://h', DOCKER_TLS: '1', DOCKER_CERT_PATH: join(home, 'certs') };
      expect(await resolve({ env })).to.deep.include({ tls: { cert, key, verify: false } });
    });

    it('does not concern sockets and ssh', async () => {
      const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nonexistent' };
      expect(await resolve({ host: 'unix:///x', env })).to.include({ kind: 'unix' });
      expect(await resolve({ host: 'ssh://x', env })).to.include({ kind: 'ssh' });
    });

    it('is on with https://, by the authorities of the machine or those of DOCKER_CERT_PATH', async () => {
      expect(await resolve({ host: 'https://h' })).to.deep.include({ port: 2376, tls: { verify: true } });
      const material = await addTls(join(home, 'certs'));
      const env = { DOCKER_CERT_PATH: join(home, 'certs') };
      expect(await resolve({ host: 'https://h', env })).to.deep.include({
        tls: { ...material, verify: true },
      });
    });

    it('contradicts http://', async () => {
      const env = { DOCKER_TLS_VERIFY: '1' };
      expect((await failureOf(resolve({ host: 'http://h', env }))).exit).to.equal(2);
      expect(await resolve({ host: 'http://h' })).to.include({ port: 2375, url: 'http://h:2375' });
    });

    it('comes from docker.tls for docker.host of the configuration', async () => {
      const material = await addTls(join(home, 'certs'));
      const tls = {
        ca: join(home, 'certs', 'ca.pem'),
        cert: join(home, 'certs', 'cert.pem'),
        key: join(home, 'certs', 'key.pem'),
      };
      const configured = { host: 'tcp://h', tls, file: 'fairlead.yaml' };
      expect(await resolve({ configured })).to.deep.include({
        port: 2376,
        tls: { ...material, verify: true },
      });
      const failure = await failureOf(
        resolve({ configured: { ...configured, tls: { ca: '/nonexistent' } } }),
      );
      expect(failure.message).to.match(
        /CA certificate, \/nonexistent: .* docker\.tls in fairlead\.yaml asks for it/,
      );
    });
  });
});
