import { delimiter } from 'node:path';
import { assert, expect } from 'chai';
import { resolveEndpoint } from '../../src/lib/docker/endpoint/endpoint.js';
import { EngineError } from '../../src/lib/docker/failures/engine-error.js';
import type { EngineEvent, EventSource } from '../../src/lib/docker/events/event-source.js';
import { openEventSource } from '../../src/lib/docker/events/open-event-source.js';
import { type EventReader, readEvents } from '../support/event-reader.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { createContainer, runContainer } from './containers.js';
import { createNetwork } from './networks.js';
import { startEngine } from './private-engine.js';
import type { PrivateEngine } from './private-engine.js';
import { createSshServer } from './ssh-server.js';
import { waitUntil } from './wait-until.js';

async function sourceAt(host: string): Promise<EventSource> {
  return openEventSource(await resolveEndpoint({ host, env: {}, homeDir: '/nonexistent' }));
}

async function failureOf(reader: EventReader): Promise<string> {
  const error = await reader.ended;
  assert.instanceOf(error, EngineError);
  return error.failure;
}

for (const release of ['20.10', '26.1', '28.5'] as const) {
  describe(`The events of Engine ${release}`, () => {
    let engine: PrivateEngine;
    let source: EventSource;
    let since: string;

    before(async () => {
      engine = await startEngine({ release });
    });

    after(() => engine.stop());

    beforeEach(async () => {
      await engine.reset();
      source = await sourceAt(engine.host);
      since = await source.now();
    });

    it('tell of a container and its networks, now and once more from a time on', async () => {
      const reader = await readEvents(source, since);
      const edge = await createNetwork(engine, { name: 'edge' });
      await createNetwork(engine, { name: 'shop' });
      const web = await runContainer(engine, { name: 'web', network: 'shop' });
      await engine.api('POST', `/networks/${edge}/connect`, { Container: web });
      await engine.api('POST', `/networks/${edge}/disconnect`, { Container: web });
      await engine.api('POST', `/containers/${web}/stop?t=0`);
      await engine.api('DELETE', `/containers/${web}`);
      await reader.until('container destroy web');
      expect(new Set(reader.told)).to.include.all.keys(
        'network create edge',
        'container create web',
        'network connect shop',
        'container start web',
        'network connect edge',
        'network disconnect edge',
        'network disconnect shop',
        'container die web',
      );
      const connected = reader.seen.find(({ action, name }) => action === 'connect' && name === 'edge');
      expect(connected).to.include({ type: 'network', id: edge, container: web });

      const from = connected?.timeNano ?? '';
      const again = await readEvents(source, from);
      await again.until('container destroy web');
      expect(again.seen).to.deep.equal(reader.seen.slice(reader.seen.findIndex(one => one === connected)));
      await Promise.all([reader.stop(), again.stop()]);
    });

    it('have nothing of a connect of a stopped container', async () => {
      const reader = await readEvents(source, since);
      const apart = await createNetwork(engine, { name: 'apart' });
      const web = await createContainer(engine, { name: 'web' });
      await engine.api('POST', `/networks/${apart}/connect`, { Container: web });
      await createNetwork(engine, { name: 'after' });
      await reader.until('network create after');
      expect(reader.told).not.to.include('network connect apart');
      await reader.stop();
    });

    it('are remembered up to the last 256', async () => {
      await createContainer(engine, { name: 'n0' });
      for (let i = 1; i <= 300; i += 1) {
        await engine.api('POST', `/containers/n${String(i - 1)}/rename?name=n${String(i)}`);
      }
      const reader = await readEvents(source, since);
      await reader.until('container rename n300');
      expect(reader.told).to.have.length(256);
      await reader.stop();
    });

    it('are all taken while their reader is busy', async () => {
      const id = await createContainer(engine, { name: 'm0' });
      const signal = new AbortController();
      const from = await source.now();
      const iterator = source.events(from, signal.signal)[Symbol.asyncIterator]();
      const next = async (): Promise<string | undefined> => {
        const { value } = (await iterator.next()) as IteratorYieldResult<EngineEvent>;
        return value.id === id && value.action !== 'create' ? value.name : next();
      };
      await engine.api('POST', `/containers/${id}/rename?name=m1`);
      expect(await next()).to.equal('m1');
      // Nobody reads now. More than the engine keeps, for replays and for a reader that is slow.
      for (let i = 2; i <= 2000; i += 1)
        await engine.api('POST', `/containers/${id}/rename?name=m${String(i)}`);
      for (let i = 2; i <= 2000; i += 1) expect(await next()).to.equal(`m${String(i)}`);
      signal.abort();
    });

    it('are on a clock that the engine tells', async () => {
      const { SystemTime } = await engine.api<{ SystemTime: string }>('GET', '/info');
      const ahead = Number(BigInt(await source.now()) / 1_000_000n) - Date.parse(SystemTime);
      // To the second below, of a moment later.
      expect(ahead).to.be.within(-1000, 1000);
    });

    it('end in an error when the engine is stopped, with the end of every container before', async () => {
      await runContainer(engine, { name: 'web' });
      const reader = await readEvents(source, await source.now());
      await engine.restart();
      expect(await failureOf(reader)).to.equal('stream-ended');
      expect(reader.told).to.include.members([
        'container kill web',
        'container die web',
        'network disconnect bridge',
      ]);
      await source.ping();
      const back = await readEvents(source);
      await createNetwork(engine, { name: 'back' });
      await back.until('network create back');
      await back.stop();
    });

    it('end in an error when the engine dies', async () => {
      const reader = await readEvents(source, since);
      await engine.kill();
      try {
        expect(await failureOf(reader)).to.equal('stream-ended');
        expect(await failureOf(await readEvents(source, since))).to.equal('unreachable');
      } finally {
        await engine.start();
      }
    });

    it('are caught up with after a cut', async () => {
      await using proxy = await startFaultProxy(engine.host);
      const through = await sourceAt(proxy.host);
      const reader = await readEvents(through, since);
      await createNetwork(engine, { name: 'before' });
      await reader.until('network create before');
      await proxy.down();
      expect(await failureOf(reader)).to.equal('stream-ended');
      await createNetwork(engine, { name: 'meanwhile' });
      await proxy.up();
      const again = await readEvents(through, reader.seen.at(-1)?.timeNano);
      await again.until('network create meanwhile');
      expect(again.told).to.deep.equal(['network create before', 'network create meanwhile']);
      await again.stop();
    });
  });
}

describe('The events of an engine behind ssh', () => {
  it('come by a connection of their own', async () => {
    await using engine = await startEngine({ release: '28.5' });
    const path = process.env['PATH'] ?? '';
    const server = await createSshServer({
      env: { PATH: engine.env['PATH'] ?? '', DOCKER_HOST: engine.host },
    });
    process.env['PATH'] = `${server.bin}${delimiter}${path}`;
    try {
      const source = await sourceAt('ssh://far');
      const reader = await readEvents(source, await source.now());
      await createNetwork(engine, { name: 'shop' });
      await reader.until('network create shop');
      expect(await server.connections()).to.equal(2);
      expect(await reader.stop()).to.equal('returned');

      const cut = await readEvents(source);
      await engine.kill();
      expect(await failureOf(cut)).to.be.oneOf(['stream-ended', 'unreachable']);
      await waitUntil('no ping comes through', () =>
        source.ping().then(
          () => false,
          () => true,
        ),
      );
    } finally {
      process.env['PATH'] = path;
      await server.remove();
    }
  });
});
