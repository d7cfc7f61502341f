import { expect } from 'chai';
import { runContainer } from '../engine/containers.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { startFaultProxy } from '../support/fault-proxy.js';
import { createBridge } from './outside/gateways.js';
import { addressOn } from './outside/probes.js';
import { type WatchPlace, watchPlace } from './watch-daemon.js';

const config = `networks:
  work: { external: true, egress: warp }
  shared: {}
attachments:
  - select: { labels: [tier] }
    networks: [shared]
`;
const connect = /^POST \/networks\/[^/]+\/connect$/;

describe('A warp that ends under watch while the engine is at something, on Engine 28.5', () => {
  let engine: PrivateEngine;
  let place: WatchPlace;

  before(async () => {
    engine = await startEngine({ release: '28.5' });
    place = await watchPlace(engine);
  });
  after(async () => {
    await place[Symbol.asyncDispose]();
    await engine.stop();
  });

  it('loses its way through the guard before that is done, though a stranger has its address', async () => {
    const guard = (): Promise<string> => engine.exec('nft', ['list', 'table', 'inet', 'fairlead']);
    await createBridge(engine, { name: 'work', subnet: '172.30.0.0/24' });
    await runContainer(engine, { name: 'vpn', network: 'work' });
    await runContainer(engine, { name: 'worker', network: 'work', labels: { 'fairlead.warp': 'vpn' } });
    const address = await addressOn(engine, 'vpn', 'work');
    await place.configure(config);
    await using proxy = await startFaultProxy(engine.host);
    await using daemon = await place.watch(proxy.host);
    await daemon.until('the guard lets vpn out', async () => (await guard()).includes(`${address} return`));

    let letGo: () => void = () => undefined;
    const until = new Promise<void>(resolve => (letGo = resolve));
    proxy.inject({ on: connect, fault: { do: 'hold', until } });
    await runContainer(engine, { name: 'web', network: 'bridge', labels: { tier: 'x' } });
    await daemon.until('it is at a connect', () => proxy.pending(connect) === 1);
    await engine.api('POST', '/containers/vpn/kill');
    await runContainer(engine, { name: 'stranger', network: 'work' });
    expect(await addressOn(engine, 'stranger', 'work')).to.equal(address);
    await daemon.until('the guard lets nobody out', async () => {
      const table = await guard();
      return table.includes('drop') && !table.includes(address);
    });
    expect(proxy.pending(connect)).to.equal(1);

    letGo();
    await daemon.until('it goes on', () => daemon.changes.includes('connect web shared'));
    expect(await guard()).not.to.include(address);
    expect(await daemon.end()).to.equal(0);
  });
});
