import { expect } from 'chai';
import { setImmediate } from 'node:timers/promises';
import type { Connection } from '../../src/cli/connection.js';
import { passRunner } from '../../src/cli/watch/pass-runner.js';
import { silentLog } from '../../src/lib/model/log.js';
import type { FairleadConfig } from '../../src/lib/config/schema.js';
import type { PassRequest } from '../../src/lib/watch/passes/pass-request.js';
import { FakeEventSource } from '../support/fake-event-source.js';
import { lines, WarpStage } from '../support/warp-stage.js';

const proxy: FairleadConfig['proxies'][number] = {
  container: 'http-proxy',
  exposed_by_default: true,
  leave: 'joined',
  leave_at: 'end',
  networks: {},
  pinned: [],
  on_gateway_move: 'warn',
  health: 'any',
  aliases: {},
  alias_virtual_hosts: false,
};

const request: PassRequest = {
  forget: 'everything',
  kernelAnew: true,
  departing: new Map(),
  causes: [],
  heldBack: () => undefined,
  onPlan: () => undefined,
  onProgress: () => undefined,
};

function openRoutesIn(scene: WarpStage): number {
  const { routes } = scene.kernel.namespace(scene.idOf('worker')).routing;
  return routes.filter(({ type }) => type === 'via').length;
}

describe('The pass over the proxies alone', () => {
  it('closes the ways to a warp that ends while a disconnect takes long', async () => {
    const scene = new WarpStage();
    scene.addNetwork('net');
    scene.addNetwork('shop');
    scene.run('vpn', { networks: ['net'] });
    scene.run('worker', { networks: ['net'], labels: { 'fairlead.warp': 'vpn' } });
    scene.run('http-proxy', { networks: ['bridge'] });
    scene.run('web', { networks: ['shop'], env: ['VIRTUAL_HOST=shop.local'] });
    scene.config = { ...scene.config, proxies: [proxy] };
    const { config, journal, access } = scene;
    const engine = { ...scene.engine };
    const connection: Connection = {
      engine,
      config,
      configFile: 'fairlead.yaml',
      warnings: [],
      url: 'unix:///var/run/docker.sock',
      events: new FakeEventSource(),
      journal,
      kernel: () => Promise.resolve(access),
      log: silentLog,
    };
    const run = passRunner(() => connection, { flags: {}, seen: () => undefined, at: () => undefined });
    const { signal } = new AbortController();
    await run(request, signal);
    expect(openRoutesIn(scene)).to.equal(1);
    engine.disconnect = async (...args) => {
      scene.stop('vpn');
      while (openRoutesIn(scene) > 0) await setImmediate();
      return scene.engine.disconnect(...args);
    };
    scene.stop('web');
    const { report } = await run(
      { ...request, forget: new Set(), kernelAnew: false, only: 'proxies' },
      signal,
    );
    expect(lines(report).join('\n')).to.match(
      /done route worker → vpn \(blocked\)\ndone disconnect http-proxy/,
    );
  });
});
