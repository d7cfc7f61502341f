import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { assert, expect } from 'chai';
import { connectEngine } from '../../../src/lib/docker/connect-engine.js';
import type { Endpoint } from '../../../src/lib/docker/endpoint/endpoint.js';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import type { EventSource } from '../../../src/lib/docker/events/event-source.js';
import {
  type EventSourceOptions,
  openEventSource,
} from '../../../src/lib/docker/events/open-event-source.js';
import { waitUntil } from '../../engine/wait-until.js';
import { type EventReader, readEvents } from '../../support/event-reader.js';
import { FakeDaemon } from '../../support/fake-daemon.js';
import { type FakeServer, serve } from '../../support/fake-server.js';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js';
import type { Fault } from '../../support/fault.js';
import { issueCertificate } from '../certificates.js';
import { installFakeSsh } from '../fake-ssh.js';
import { failureOf } from '../rejection.js';

const events = /^GET \/events$/;

function at(host: string): Endpoint {
  return { kind: 'unix', path: host.slice('unix://'.length), url: host, origin: 'from --host' };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function endOf(reader: EventReader): Promise<EngineError> {
  const error = await reader.ended;
  assert.instanceOf(error, EngineError);
  return error;
}

describe('the events of an engine', () => {
  let daemon: FakeDaemon;
  let server: FakeServer;
  let proxy: FaultProxy;

  beforeEach(async () => {
    daemon = new FakeDaemon();
    server = await serve(daemon);
    proxy = await startFaultProxy(server.host);
  });

  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    await server.close();
  });

  const source = (options?: EventSourceOptions): EventSource => openEventSource(at(proxy.host), options);

  /** A subscription while the fault is there. */
  async function readWith(fault: Fault, options?: EventSourceOptions): Promise<EventReader> {
    proxy.inject({ on: events, fault });
    return readEvents(source(options));
  }

  it('come as they happen, of containers and networks only', async () => {
    daemon.addNetwork('shop');
    const reader = await readEvents(source());
    const id = daemon.addContainer('web', { networks: ['shop'] });
    daemon.events.emit({ type: 'volume', action: 'create', id: 'data' });
    daemon.setHealth('web', 'healthy');
    daemon.rename('web', 'shöp');
    await reader.until('container rename shöp');
    expect(reader.told).to.deep.equal([
      'network create shop',
      'container create web',
      'network connect shop',
      'container start web',
      'container health_status web',
      'container rename shöp',
    ]);
    expect(reader.seen[2]).to.include({ container: id, id: daemon.networks.at(-1)?.Id });
    expect(await reader.stop()).to.equal('returned');
  });

  it('are those of the engine that is connected to, and cost nothing before', async () => {
    const { events: connected } = await connectEngine({ host: proxy.host, env: {} });
    expect(proxy.calls).to.deep.equal([]);
    const since = await connected.now();
    const reader = await readEvents(connected, since);
    daemon.addNetwork('a');
    await reader.until('network create a');
    await connected.ping();
    expect(proxy.calls).to.deep.equal(['GET /_ping', 'GET /events', 'GET /_ping']);
    expect(await reader.stop()).to.equal('returned');
  });

  it('come from a time on, to the nanosecond', async () => {
    for (const name of ['a', 'b', 'c']) daemon.addNetwork(name);
    const all = await readEvents(source());
    await all.until('network create c');
    const since = all.seen[1]?.timeNano ?? '';
    const later = await readEvents(source(), since);
    await later.until('network create c');
    expect(later.told).to.deep.equal(['network create b', 'network create c']);
    await Promise.all([all.stop(), later.stop()]);
  });

  it('are followed in the API version that is asked for', async () => {
    const reader = await readEvents(openEventSource(at(proxy.host), { apiVersion: '1.41' }));
    expect(proxy.calls).to.deep.equal(['GET /events']);
    expect(daemon.calls).to.deep.equal(['GET /v1.41/events']);
    expect((await endOf(reader)).failure).to.equal('not-found');
  });

  for (const bytes of [1, 2, 3, 7]) {
    it(`are the same in pieces of ${String(bytes)} bytes`, async () => {
      daemon.addContainer('wëb-日本-👩‍👩‍👧');
      const whole = await readEvents(openEventSource(at(server.host)));
      const pieces = await readWith({ do: 'split', bytes });
      const last = 'container start wëb-日本-👩‍👩‍👧';
      await Promise.all([whole.until(last), pieces.until(last)]);
      expect(pieces.seen).to.deep.equal(whole.seen);
      await Promise.all([whole.stop(), pieces.stop()]);
    });
  }

  it('may come several at once, with blank lines between', async () => {
    const reader = await readWith({ do: 'lines', change: text => [`${text}\n\r\n${text}`] });
    daemon.addNetwork('a');
    await reader.until('network create a');
    expect(reader.told).to.deep.equal(['network create a', 'network create a']);
    await reader.stop();
  });

  it('end with an error when the engine goes, after all that it told', async () => {
    daemon.addContainer('web');
    const reader = await readEvents(source());
    daemon.shutDown();
    const { failure, exit, message } = await endOf(reader);
    expect([failure, exit]).to.deep.equal(['stream-ended', 4]);
    expect(message).to.equal(`Lost the events of the engine at ${proxy.host}: ECONNRESET.`);
    expect(reader.told.slice(-4)).to.deep.equal([
      'container kill web',
      'network disconnect bridge',
      'container stop web',
      'container die web',
    ]);
  });

  it('end with an error when the stream ends in good order', async () => {
    const reader = await readEvents(source());
    daemon.events.end('whole');
    const { failure, message } = await endOf(reader);
    expect([failure, message]).to.deep.equal([
      'stream-ended',
      `Lost the events of the engine at ${proxy.host}: it was closed.`,
    ]);
  });

  it('end with an error when they are cut in the middle of one', async () => {
    const reader = await readWith({ do: 'cut', afterBytes: 50 });
    daemon.addNetwork('a');
    expect((await endOf(reader)).failure).to.equal('stream-ended');
    expect(reader.seen).to.deep.equal([]);
  });

  it('end with an error at noise, and leave no connection', async () => {
    const reader = await readWith({ do: 'garble', chunk: 1 });
    daemon.addNetwork('a');
    await reader.until('network create a');
    daemon.addNetwork('b');
    const { failure, message } = await endOf(reader);
    expect([failure, message]).to.deep.equal([
      'malformed',
      "The engine's answer makes no sense: an event should be JSON and is a string.",
    ]);
    await waitUntil('nobody follows', () => daemon.events.followers === 0);
  });

  it('may stand still without a word, until the connection breaks', async () => {
    const reader = await readWith({ do: 'stall', afterBytes: 0 });
    daemon.addNetwork('a');
    await waitUntil('it is told', () => daemon.events.waiting === 0);
    expect(reader.seen).to.deep.equal([]);
    proxy.cut(events);
    expect((await endOf(reader)).failure).to.equal('stream-ended');
  });

  it('may be silent for longer than an answer may take', async () => {
    const reader = await readEvents(source({ timeoutMs: 30 }));
    await delay(100);
    daemon.addNetwork('a');
    await reader.until('network create a');
    expect(await reader.stop()).to.equal('returned');
  });

  it('are given up on when not even the head of the answer comes', async () => {
    const reader = await readWith({ do: 'hold', until: new Promise(() => undefined) }, { timeoutMs: 30 });
    const { failure, message } = await endOf(reader);
    expect([failure, message]).to.deep.equal([
      'timeout',
      `Could not follow the engine's events: no answer within 0.03 s from ${proxy.host}.`,
    ]);
  });

  const refusals: readonly (readonly [fault: Fault, failure: string, says: RegExp])[] = [
    [{ do: 'refuse' }, 'unreachable', /closed the connection without an answer/],
    [{ do: 'answer', status: 403, body: '<h1>403 Forbidden</h1>' }, 'denied', /HTTP 403, and not in/],
    [
      { do: 'answer', status: 500, body: '{"message":"out of \\u001b[2Jbreath"}' },
      'transient',
      /events: out of \\e\[2Jbreath\.$/,
    ],
    [{ do: 'answer', status: 200, body: '<html>\n</html>\n' }, 'malformed', /should be JSON/],
    [{ do: 'answer', status: 404, body: 'no such page' }, 'malformed', /HTTP 404/],
  ];
  for (const [fault, failure, says] of refusals) {
    const shown = fault.do === 'answer' ? `${String(fault.status)} ${fault.body.slice(0, 9)}` : fault.do;
    it(`do not even begin: ${shown}`, async () => {
      const error = await endOf(await readWith(fault));
      expect(error.failure).to.equal(failure);
      expect(error.message).to.match(says);
      expect((await readEvents(source())).seen).to.deep.equal([]);
    });
  }

  it('do not even begin where nobody listens', async () => {
    await proxy.down();
    const error = await endOf(await readEvents(source()));
    expect([error.failure, error.exit]).to.deep.equal(['unreachable', 4]);
  });

  it('stop by the signal: before, while it is asked for, and while it is read', async () => {
    const before = source().events('0', AbortSignal.abort())[Symbol.asyncIterator]();
    expect(await before.next()).to.deep.equal({ done: true, value: undefined });
    expect(proxy.calls).to.deep.equal([]);

    proxy.inject({ on: events, fault: { do: 'hold', until: new Promise(() => undefined) }, times: 1 });
    const held = new AbortController();
    const asked = source().events('0', held.signal)[Symbol.asyncIterator]().next();
    await waitUntil('the call is held', () => proxy.pending(events) === 1);
    held.abort();
    expect(await asked).to.deep.equal({ done: true, value: undefined });

    const reader = await readEvents(source());
    daemon.addNetwork('a');
    await reader.until('network create a');
    expect(await reader.stop()).to.equal('returned');
    await waitUntil('nobody follows', () => daemon.events.followers === 0 && proxy.pending(events) === 0);
  });

  it('leave no connection when their reader has enough', async () => {
    daemon.addNetwork('a');
    for await (const event of source().events('0', new AbortController().signal)) {
      expect(event.name).to.equal('a');
      break;
    }
    await waitUntil('nobody follows', () => daemon.events.followers === 0);
  });

  it('are drained while their reader is busy, and never more than a bounded number is kept', async () => {
    const signal = new AbortController();
    const iterator = source().events('0', signal.signal)[Symbol.asyncIterator]();
    daemon.addNetwork('first');
    expect((await iterator.next()).value).to.include({ name: 'first' });
    // In portions that the engine keeps for a reader that is slow for a moment.
    for (let portion = 0; portion < 10; portion += 1) {
      daemon.events.burst(1000);
      await waitUntil('the engine got rid of all', () => daemon.events.waiting === 0);
    }
    daemon.addNetwork('last');
    expect(daemon.events.dropped).to.equal(0);
    const seen: string[] = [];
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      seen.push(`${next.value.type} ${next.value.action}`);
      if (next.value.name === 'last') break;
    }
    expect(seen[0]).to.equal('daemon overflow');
    expect(seen.filter(told => told === 'daemon overflow')).to.have.length(1);
    expect(seen).to.have.length.below(4097);
    expect(seen.at(-1)).to.equal('network create');
    signal.abort();
  });

  it('go on after one that is too long to be read, which may have been anything', async () => {
    const reader = await readEvents(source());
    const id = daemon.addContainer('web');
    daemon.events.emit({ action: `exec_create: ${'x'.repeat(2_000_000)}`, id });
    daemon.addNetwork('after');
    await reader.until('network create after');
    expect(reader.told).to.deep.equal([
      'container create web',
      'network connect bridge',
      'container start web',
      'daemon overflow',
      'network create after',
    ]);
    expect(reader.seen[3]?.timeNano).to.equal(reader.seen[2]?.timeNano);
    await reader.stop();
  });

  it('come over an ssh of their own, which ends with them', async () => {
    const event = '{"Type":"network","Action":"create","Actor":{"ID":"1"},"timeNano":5}';
    const ssh = await installFakeSsh(`
      process.stdin.once('data', () => process.stdout.write('HTTP/1.1 200 OK\\r\\n\\r\\n${event}\\n'));
      process.stdin.on('end', () => process.exit(0));
    `);
    try {
      const reader = await readEvents(
        openEventSource({ kind: 'ssh', host: 'far', url: 'ssh://far', origin: 'from --host' }),
      );
      await waitUntil('it is told', () => reader.seen.length > 0);
      expect(reader.told).to.deep.equal(['network create']);
      expect(await reader.stop()).to.equal('returned');
      const [pid = 0] = await ssh.pids();
      await waitUntil('ssh is gone', () => !isAlive(pid));
    } finally {
      await ssh.remove();
    }
  });

  it('come over TLS as well', async () => {
    const authority = issueCertificate({ name: 'authority', isAuthority: true });
    const { cert, key } = issueCertificate({ name: 'engine', issuer: authority, hosts: ['127.0.0.1'] });
    const tls = createTlsServer({ cert, key }, (request, response) => {
      if (request.url?.startsWith('/_ping')) response.end('OK');
      else response.write('{"Type":"network","Action":"create","Actor":{"ID":"1"},"timeNano":5}\n');
    });
    await new Promise<void>(resolve => tls.listen(0, '127.0.0.1', resolve));
    const { port } = tls.address() as AddressInfo;
    const url = `tcp://127.0.0.1:${String(port)}`;
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port, url, origin: 'from --host' } as const;
    try {
      const trusting = openEventSource({ ...endpoint, tls: { ca: authority.cert, verify: true } });
      const reader = await readEvents(trusting);
      await waitUntil('it is told', () => reader.seen.length > 0);
      expect(reader.seen).to.deep.equal([{ type: 'network', action: 'create', id: '1', timeNano: '5' }]);
      await reader.stop();
      const distrusting = openEventSource({ ...endpoint, tls: { verify: true } });
      expect((await failureOf(distrusting.ping())).message).to.contain('a CA that we do not know');
    } finally {
      tls.closeAllConnections();
      await new Promise(resolve => tls.close(resolve));
    }
  });

  describe('and its clock', () => {
    for (const minutes of [-10, 0, 10]) {
      it(`are on one time, ${String(minutes)} minutes off ours`, async () => {
        daemon.events.skewMs = minutes * 60_000 - 5000;
        daemon.addNetwork('before');
        daemon.events.skewMs = minutes * 60_000;
        const now = BigInt(await source().now());
        daemon.addNetwork('after');
        const reader = await readEvents(source(), String(now));
        await reader.until('network create after');
        expect(reader.told).to.deep.equal(['network create after']);
        expect(now <= BigInt(reader.seen[0]?.timeNano ?? '0')).to.be.true;
        await reader.stop();
      });
    }

    it('are all there is, where the time is kept from us', async () => {
      proxy.inject({
        on: /_ping/,
        fault: { do: 'head', change: headers => ({ ...headers, date: undefined }) },
      });
      expect(await source().now()).to.equal('0');
    });
  });

  it('are not asked for to learn whether it answers', async () => {
    const asked = source();
    await asked.ping();
    await asked.ping();
    expect(proxy.calls).to.deep.equal(['GET /_ping', 'GET /_ping']);
    proxy.inject({ on: /_ping/, fault: { do: 'answer', status: 200, body: '<html>Welcome</html>' } });
    expect((await failureOf(asked.ping())).message).to.contain('its greeting should be OK');
    expect((await failureOf(asked.ping(AbortSignal.abort()))).code).to.equal('engine-aborted');
    await proxy.down();
    expect((await failureOf(asked.ping())).code).to.equal('engine-unreachable');
  });
});
