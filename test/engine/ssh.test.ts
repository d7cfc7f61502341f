import { delimiter } from 'node:path';
import { expect } from 'chai';
import { openEngine } from '../../src/lib/docker/dockerode-engine.js';
import { resolveEndpoint } from '../../src/lib/docker/endpoint/endpoint.js';
import type { Engine } from '../../src/lib/docker/engine.js';
import { EngineError } from '../../src/lib/docker/failures/engine-error.js';
import { startEngine } from './private-engine.js';
import type { PrivateEngine } from './private-engine.js';
import { createSshServer } from './ssh-server.js';
import type { SshServer, SshServerOptions } from './ssh-server.js';

describe('An engine behind ssh', () => {
  let engine: PrivateEngine;
  let server: SshServer | undefined;
  let path: string;

  before(async () => {
    engine = await startEngine({ release: '28.5' });
  });

  after(() => engine.stop());

  beforeEach(() => {
    path = process.env['PATH'] ?? '';
  });

  afterEach(async () => {
    process.env['PATH'] = path;
    await server?.remove();
    server = undefined;
  });

  async function open(options: Partial<SshServerOptions> = {}, host = 'ssh://far'): Promise<Engine> {
    server = await createSshServer({
      env: { PATH: engine.env['PATH'] ?? '', DOCKER_HOST: engine.host },
      ...options,
    });
    process.env['PATH'] = `${server.bin}${delimiter}${path}`;
    return openEngine(await resolveEndpoint({ host, env: {}, homeDir: '/nonexistent' }));
  }

  async function failureOf(call: Promise<unknown>): Promise<EngineError> {
    const error = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(EngineError);
    return error as EngineError;
  }

  it('is served by one login', async () => {
    const far = await open();
    expect((await far.info()).version).to.equal(engine.version);
    for (let call = 0; call < 5; call += 1) {
      expect((await far.listNetworks()).map(({ name }) => name)).to.include('bridge');
    }
    expect(await server?.connections()).to.equal(1);
  });

  it('is found at a socket of its own', async () => {
    const far = await open({ env: { PATH: engine.env['PATH'] ?? '' } }, `ssh://root@far${engine.socketPath}`);
    expect((await far.info()).version).to.equal(engine.version);
  });

  it('is not trusted when its host is not known', async () => {
    const failure = await failureOf((await open({ knowsHost: false })).info());
    expect([failure.failure, failure.exit]).to.deep.equal(['unreachable', 4]);
    expect(failure.message).to.match(/Host key verification failed/);
    expect(failure.hints.join()).to.match(/ssh far$/);
  });

  it('is closed to a key that it does not know', async () => {
    const failure = await failureOf((await open({ acceptsKey: false })).info());
    expect([failure.failure, failure.exit]).to.deep.equal(['denied', 5]);
    expect(failure.message).to.match(/Permission denied \(publickey\)/);
  });

  it('needs docker on its side', async () => {
    const failure = await failureOf((await open({ env: { PATH: '/nonexistent' } })).info());
    expect([failure.failure, failure.exit]).to.deep.equal(['unreachable', 4]);
    expect(failure.message).to.match(/docker: .*not found/);
    expect(failure.hints.join()).to.match(/Install the docker command/);
  });

  it('may not run', async () => {
    const failure = await failureOf((await open({}, 'ssh://far/nonexistent/docker.sock')).info());
    expect([failure.failure, failure.exit]).to.deep.equal(['unreachable', 4]);
    expect(failure.message).to.match(/docker\.sock/);
    expect(failure.hints).not.to.deep.equal([]);
  });
});
