import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { ListenOptions, Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Dockerode from 'dockerode';
import { dockerodeOptions, withoutDockerHost } from '../../src/lib/docker/dockerode-options.js';
import type { Endpoint } from '../../src/lib/docker/endpoint/endpoint.js';
import { installFakeSsh } from './fake-ssh.js';

const named = { url: 'x', origin: 'from --host' };

/** The environments in which docker-modem, left to itself, throws or goes astray. */
const environments: readonly Record<string, string>[] = [
  {},
  { DOCKER_HOST: 'tcp://[garbage' },
  { DOCKER_HOST: 'tcp://elsewhere:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nonexistent' },
  { DOCKER_HOST: 'ssh://me@elsewhere', SSH_AUTH_SOCK: '/nonexistent', DOCKER_CLIENT_TIMEOUT: '1' },
  { DOCKER_HOST: 'tcp://elsewhere:1', DOCKER_PATH_PREFIX: '/prefix' },
  { HTTP_PROXY: 'http://elsewhere:1', http_proxy: 'http://elsewhere:1', NODE_USE_ENV_PROXY: '1' },
];

describe('what dockerode is given', () => {
  let folder: string;
  let server: Server | undefined;
  let before: NodeJS.ProcessEnv;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-options-'));
    before = { ...process.env };
  });

  afterEach(async () => {
    for (const name of Object.keys(process.env))
      if (!(name in before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    await new Promise(done => (server ? server.close(done) : done(undefined)));
    server = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function listen(where: ListenOptions): Promise<number> {
    const http = createHttpServer((asked, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ url: asked.url, host: asked.headers.host }));
    });
    server = http;
    await new Promise<void>(listening => http.listen(where, listening));
    const address = http.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  async function versionAt(endpoint: Endpoint): Promise<unknown> {
    const options = dockerodeOptions(endpoint);
    try {
      return await withoutDockerHost(() => new Dockerode(options)).version();
    } finally {
      options.agent.destroy();
    }
  }

  for (const environment of environments) {
    const shown = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    it(`leads to the endpoint, whatever the environment says: ${shown.join(' ') || 'nothing'}`, async () => {
      Object.assign(process.env, environment);
      const path = join(folder, 'docker.sock');
      await listen({ path });
      expect(await versionAt({ kind: 'unix', path, ...named })).to.deep.equal({
        url: '/version',
        host: 'localhost',
      });
      expect(process.env['DOCKER_HOST']).to.equal(environment['DOCKER_HOST'] ?? before['DOCKER_HOST']);
    });
  }

  const addresses = Object.values(networkInterfaces()).flatMap(each => each ?? []);
  const hasIpv6 = addresses.some(({ address }) => address === '::1');
  for (const host of ['127.0.0.1', 'localhost', ...(hasIpv6 ? ['::1'] : [])]) {
    it(`leads to ${host} over TCP`, async () => {
      Object.assign(process.env, environments[2]);
      const port = await listen({ host, port: 0 });
      const shown = `${host === '::1' ? '[::1]' : host}:${String(port)}`;
      expect(await versionAt({ kind: 'tcp', host, port, ...named })).to.deep.equal({
        url: '/version',
        host: shown,
      });
    });
  }

  it("leads through the system's ssh", async () => {
    Object.assign(process.env, environments[3]);
    const ssh = await installFakeSsh();
    try {
      const answer = await versionAt({ kind: 'ssh', host: 'far', user: 'me', ...named });
      expect(answer).to.include({ url: '/version' });
      expect(await ssh.runs()).to.have.length(1);
    } finally {
      await ssh.remove();
    }
  });

  it('leaves nothing open that docker-modem would fill from the environment', () => {
    const endpoints: Endpoint[] = [
      { kind: 'unix', path: '/x', ...named },
      { kind: 'tcp', host: 'h', port: 1, ...named },
      { kind: 'tcp', host: 'h', port: 1, tls: { verify: true }, ...named },
      { kind: 'ssh', host: 'h', ...named },
    ];
    Object.assign(process.env, environments[3]);
    const inherited = Object.keys((new Dockerode() as { modem: object }).modem);
    for (const endpoint of endpoints) {
      const keys = Object.keys(dockerodeOptions(endpoint));
      expect(inherited.filter(key => key !== 'Promise' && !keys.includes(key))).to.deep.equal([]);
    }
  });

  it('puts DOCKER_HOST back where construction fails', () => {
    process.env['DOCKER_HOST'] = 'unix:///x';
    const fail = (): never => {
      throw new Error('boom');
    };
    expect(() => withoutDockerHost(fail)).to.throw('boom');
    expect(process.env['DOCKER_HOST']).to.equal('unix:///x');
  });
});
