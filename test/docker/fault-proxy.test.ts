import { expect } from 'chai';
import { openEngine } from '../../src/lib/docker/dockerode-engine.js';
import type { Engine } from '../../src/lib/docker/engine.js';
import { waitUntil } from '../engine/wait-until.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { type FakeServer, serve } from '../support/fake-server.js';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.js';
import { failureOf } from './rejection.js';

describe('an engine behind a proxy of faults', () => {
  let daemon: FakeDaemon;
  let server: FakeServer;
  let proxy: FaultProxy;
  let engine: Engine;

  beforeEach(async () => {
    daemon = new FakeDaemon();
    server = await serve(daemon);
    proxy = await startFaultProxy(server.host);
    const path = proxy.host.slice('unix://'.length);
    engine = await openEngine(
      { kind: 'unix', path, url: proxy.host, origin: 'from --host' },
      { deadlines: { read: 300, write: 300 } },
    );
  });

  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    await server.close();
  });

  const connect = async (): Promise<void> => {
    const shop = { id: daemon.networks.find(({ Name }) => Name === 'shop')?.Id ?? '', name: 'shop' };
    await engine.connect(shop, { id: daemon.container('web').Id, name: 'web' }, { aliases: ['w'] });
  };

  it('is as it was where no fault is', async () => {
    daemon.addNetwork('shop');
    daemon.addContainer('web');
    await connect();
    expect(daemon.container('web').Networks['shop']?.Aliases).to.deep.equal(['w']);
    expect(await engine.listNetworks()).to.have.length(4);
    expect(proxy.count(/^POST .*\/connect$/)).to.equal(1);
  });

  it('may be read and not changed', async () => {
    daemon.addNetwork('shop');
    daemon.addContainer('web');
    proxy.inject({ on: /^POST /, fault: { do: 'answer', status: 403, body: '<h1>Forbidden</h1>' } });
    expect(await engine.listNetworks()).to.have.length(4);
    const { code, hints } = await failureOf(connect());
    expect(code).to.equal('engine-denied');
    expect(hints.join(' ')).to.match(/POST and DELETE on \/networks/);
    proxy.heal();
    await connect();
  });

  it('may fail now and then', async () => {
    proxy.inject({ on: /^GET \/networks$/, fault: { do: 'answer', status: 500, body: '{}' }, times: 1 });
    expect((await failureOf(engine.listNetworks())).code).to.equal('engine-transient');
    expect(await engine.listNetworks()).to.have.length(3);
  });

  it('may hang, be late, and break off', async () => {
    const containers = /^GET \/containers\/json$/;
    daemon.addContainer('web');
    proxy.inject({ on: containers, fault: { do: 'stall', afterBytes: 20 }, times: 1 });
    expect((await failureOf(engine.listContainers())).code).to.equal('engine-timeout');
    proxy.inject({ on: containers, fault: { do: 'delay', ms: 20 }, times: 1 });
    expect(await engine.listContainers()).to.have.length(1);
    proxy.inject({ on: containers, fault: { do: 'cut', afterBytes: 20 }, times: 1 });
    expect((await failureOf(engine.listContainers())).message).to.match(/broke off/);
    let letGo = (): void => undefined;
    const until = new Promise<void>(resolve => (letGo = resolve));
    proxy.inject({ on: containers, fault: { do: 'read-late', until }, times: 1 });
    const late = engine.listContainers();
    await waitUntil('the call is under way', () => proxy.pending(containers) === 1);
    letGo();
    expect(await late).to.have.length(1);
  });

  it('may be gone for a while', async () => {
    await proxy.down();
    expect((await failureOf(engine.listNetworks())).code).to.equal('engine-unreachable');
    await proxy.up();
    expect(await engine.listNetworks()).to.have.length(3);
  });
});
