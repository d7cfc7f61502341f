import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { FairleadError, UsageError } from '../../../src/lib/model/errors.js';
import { type HealthServer, startHealthServer } from '../../../src/lib/watch/metrics/health-server.js';
import { type Health, healthOf } from '../../../src/lib/watch/metrics/health.js';
import { listenAddressText, parseListenAddress } from '../../../src/lib/watch/metrics/listen-address.js';
import type { ListenAddress } from '../../../src/lib/watch/metrics/listen-address.js';
import { LoopState } from '../../../src/lib/watch/loop-state.js';
import { WatchStage, connectStep } from '../../support/watch-stage.js';

describe('The address to listen at', () => {
  for (const [text, address] of [
    [':9324', { host: '127.0.0.1', port: 9324 }],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
    ['[::1]:9324', { host: '::1', port: 9324 }],
    ['localhost:9324', { host: 'localhost', port: 9324 }],
    ['unix:/run/fairlead/metrics.sock', { path: '/run/fairlead/metrics.sock' }],
  ] as const) {
    it(`is read from ${text}`, () => {
      expect(parseListenAddress(text)).to.deep.equal(address);
    });
  }

  it('is suggested where a port alone is given', () => {
    const parse = () => parseListenAddress('9400');
    expect(parse).to.throw(UsageError).with.property('message').that.includes('did you mean :9400?');
    expect(() => parseListenAddress('99999'))
      .to.throw(UsageError)
      .with.property('message')
      .not.include('mean');
  });

  for (const text of [
    ...['', '9324', ':', ':0', ':65536', ':99999', ':-1', ':1e3', 'host:', '::1:9324', '[::1]', '[::1]:'],
    ...['[1.2.3.4]:80', '1.2.3:80', '300.1.1.1:80', 'http://x:80', 'a b:80', '-x:80', 'x/y:80', ' :80'],
    ...['unix:', 'unix:metrics.sock', 'unix:/run/', `unix:/${'x'.repeat(107)}`, '\u001b[31m:80'],
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(() => parseListenAddress(text))
        .to.throw(UsageError)
        .with.property('message')
        .not.match(/\u001b/);
    });
  }

  it('is shown as it is written', () => {
    for (const text of ['127.0.0.1:1', '[::1]:2', 'unix:/a']) {
      expect(listenAddressText(parseListenAddress(text))).to.equal(text);
    }
  });
});

describe('Health', () => {
  function watched(): { stage: WatchStage; health: () => Health } {
    const stage = new WatchStage();
    const state = new LoopState(0);
    stage.start({ observer: event => state.note(event, stage.clock.now()) });
    return { stage, health: () => healthOf(state, stage.clock.now()) };
  }

  it('is there after the first pass, and not before', async () => {
    const { stage, health } = watched();
    expect(health()).to.deep.equal({ healthy: false, line: 'the first pass is not over yet' });
    await stage.clock.advance(500);
    expect(health()).to.deep.equal({ healthy: true, line: 'ok' });
    await stage.clock.advance(86_400_000);
    expect(health().healthy).to.equal(true);
  });

  it('outlasts an engine that is away for a moment, and no longer', async () => {
    const { stage, health } = watched();
    await stage.clock.advance(500);
    stage.passFails = true;
    stage.emit('container start web');
    await stage.clock.advance(30_000);
    expect(health().healthy).to.equal(true);
    await stage.clock.advance(60_000);
    expect(health().healthy).to.equal(false);
    expect(health().line).to.match(/^nothing worked for \d+ s: /);
    stage.passFails = false;
    await stage.clock.advance(600_000);
    expect(health().healthy).to.equal(true);
  });

  it('is not lost to one object that fails', async () => {
    const { stage, health } = watched();
    stage.wanted = [connectStep('web', 'edge')];
    stage.broken.add('web on edge');
    await stage.clock.advance(500);
    expect(health()).to.deep.equal({ healthy: true, line: 'ok, 1 failing' });
  });

  it('is lost to a pass that is stuck', async () => {
    const { stage, health } = watched();
    await stage.clock.advance(500);
    stage.passMs = 10_000_000;
    stage.emit('container start web');
    await stage.clock.advance(500_000);
    expect(health().line).to.match(/^no progress for /);
  });
});

interface Got {
  readonly status: number | undefined;
  readonly body: string;
  readonly connection: string | undefined;
}

/** Where a server listens, for a client. */
function target(server: HealthServer): { socketPath: string } | { host: string; port: number } {
  const address = parseListenAddress(server.address);
  return 'path' in address ? { socketPath: address.path } : address;
}

async function ask(server: HealthServer, path: string, method = 'GET', headers = {}): Promise<Got> {
  const asked = request({ ...target(server), path, method, headers }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { statusCode: status, headers: got } = response;
  return { status, body: Buffer.concat(chunks).toString(), connection: got.connection };
}

async function start(address: ListenAddress, health: Health, metrics = 'a 1\n'): Promise<HealthServer> {
  return startHealthServer({
    address,
    health: () => health,
    metrics: () => Promise.resolve({ contentType: 'text/plain', body: metrics }),
  });
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('The server of health and metrics', () => {
  const free = { host: '127.0.0.1', port: 0 };
  const ok = { healthy: true, line: 'ok' };
  const servers: HealthServer[] = [];
  const started = async (...args: Parameters<typeof start>): Promise<HealthServer> => {
    const server = await start(...args);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(server => server.close()));
  });

  it('answers what it is asked for, and nothing else', async () => {
    const server = await started(free, ok);
    expect(await ask(server, '/healthz')).to.deep.equal({ status: 200, body: 'ok\n', connection: 'close' });
    expect(await ask(server, '/metrics?x=1')).to.include({ status: 200, body: 'a 1\n' });
    expect(await ask(server, '/metrics', 'HEAD')).to.include({ status: 200, body: '' });
    for (const path of ['/', '/status', '/metrics/', '/../etc/passwd', '//healthz']) {
      expect((await ask(server, path)).status, path).to.equal(404);
    }
    expect((await ask(server, '/healthz', 'POST')).status).to.equal(405);
    expect((await ask(server, '/healthz', 'DELETE')).status).to.equal(405);
  });

  it('has 503 and the reason while it is not well', async () => {
    const server = await started(free, { healthy: false, line: 'no progress for 61 s' });
    expect(await ask(server, '/healthz')).to.include({ status: 503, body: 'no progress for 61 s\n' });
  });

  it('takes no headers without end', async () => {
    const server = await started(free, ok);
    expect((await ask(server, '/healthz', 'GET', { 'x-long': 'x'.repeat(9000) })).status).to.equal(431);
  });

  it('closes with a client that holds its connection open', async () => {
    const server = await start(free, ok);
    const address = target(server) as { host: string; port: number };
    const idle = connect(address);
    await once(idle, 'connect');
    idle.on('error', () => undefined);
    const gone = once(idle, 'close');
    await server.close();
    await gone;
  });

  it('says that the port is taken', async () => {
    const server = await started(free, ok);
    const error = await failure(start(parseListenAddress(server.address), ok));
    expect(error).to.be.instanceOf(FairleadError);
    expect((error as Error).message).to.match(
      /^Cannot listen at 127\.0\.0\.1:\d+: somebody listens there already\.$/,
    );
  });

  it('takes the place of a killed process at a socket, and of nobody else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-health-'));
    const path = join(folder, 'metrics.sock');
    try {
      const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
      const killed = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(killed.stdout, 'data');
      expect(await failure(start({ path }, ok))).to.be.instanceOf(FairleadError);
      const gone = once(killed, 'exit');
      killed.kill('SIGKILL');
      await gone;
      const server = await started({ path }, ok);
      expect((await ask(server, '/healthz')).status).to.equal(200);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
