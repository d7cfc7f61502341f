import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type Server, type ServerResponse, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EngineError } from '../../../src/lib/docker/failures/engine-error.js';
import { type EventSource } from '../../../src/lib/docker/events/event-source.js';
import { openEventSource } from '../../../src/lib/docker/events/open-event-source.js';
import { EventReader } from '../../support/event-reader.js';

const start = {
  Type: 'container',
  Action: 'start',
  Actor: { ID: 'a'.repeat(64), Attributes: { name: 'web' } },
  time: 1795237370,
};

/** A stream whose head comes with its first event, as Podman's does. */
describe('The events of an engine whose stream begins with the first of them', () => {
  let folder: string;
  let server: Server;
  let product: string;
  let streams: ServerResponse[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fairlead-podman-'));
    streams = [];
    server = createServer((request, response) => {
      response.setHeader('Server', product);
      if (request.url === '/_ping') response.end('OK');
      else {
        streams.push(response);
        server.emit('asked');
      }
    });
    server.listen(join(folder, 'docker.sock'));
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const source = (): EventSource => {
    const path = join(folder, 'docker.sock');
    const endpoint = { kind: 'unix', path, url: `unix://${path}`, origin: 'from --host' } as const;
    return openEventSource(endpoint, { timeoutMs: 50 });
  };

  it('are waited for as long as it takes where it is Podman, which loses none meanwhile', async () => {
    product = 'Libpod/5.4.2 (linux)';
    const events = source();
    await events.now();
    const asked = once(server, 'asked');
    const reader = new EventReader(events, '0');
    await reader.subscribed;
    await asked;
    // Longer than an answer may take.
    await new Promise(resolve => setTimeout(resolve, 150));
    streams[0]?.write(`${JSON.stringify(start)}\n`);
    await reader.until('container start web');
    expect(await reader.stop()).to.equal('returned');
  });

  it('are late where it is another engine', async () => {
    product = 'Docker/28.5.2 (linux)';
    const events = source();
    await events.now();
    const reader = new EventReader(events, '0');
    expect(await reader.ended)
      .to.be.instanceOf(EngineError)
      .with.property('failure', 'timeout');
  });
});
