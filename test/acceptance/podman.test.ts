import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { createContainer, runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { nginxProxy } from '../engine/nginx-proxy.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import { podmanRelease } from '../engine/releases.js';
import { startClient } from './client.js';
import { type CountingProxy, countingProxy } from './counting-proxy.js';
import { type Ran, fairlead, stepsOf } from './fairlead.js';
import { createBridge } from './outside/gateways.js';
import { outsideAddress } from './outside/outside.js';
import { seenAs } from './outside/probes.js';
import { startTarget } from './outside/targets.js';
import { type WarpScene, startWarpScene } from './outside/warp-scene.js';
import { watchPlace } from './watch-daemon.js';

interface Inspected {
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly Aliases: readonly string[] | null }>>;
  };
}

async function networksOf(
  engine: PrivateEngine,
  container: string,
): Promise<Inspected['NetworkSettings']['Networks']> {
  const { NetworkSettings } = await engine.api<Inspected>('GET', `/containers/${container}/json`);
  return NetworkSettings.Networks;
}

const site = "server { listen 80 default_server; location / { return 200 'ok'; } }";

/** A proxy on a network of its own, and one container that it is meant for. */
async function shop(engine: PrivateEngine): Promise<void> {
  await createNetwork(engine, { name: 'edge' });
  await createNetwork(engine, { name: 'shop_default' });
  await nginxProxy(engine, { name: 'http-proxy', network: 'edge', publish: ['8080:80'], sites: site });
  await runContainer(engine, {
    name: 'shop-web-1',
    network: 'shop_default',
    env: { VIRTUAL_HOST: 'shop.local' },
  });
}

describe('Podman', () => {
  let engine: PrivateEngine;
  let counted: CountingProxy;

  before(async () => {
    engine = await startEngine({ release: podmanRelease });
    counted = await countingProxy(engine.socketPath);
  });

  after(async () => {
    await counted.close();
    await engine.stop();
  });

  afterEach(() => engine.reset());

  /** Runs the program, which must not ask Podman for any change. */
  async function changingNothing(...args: string[]): Promise<Ran> {
    counted.reset();
    const ran = await fairlead(counted.host, ...args);
    expect(counted.changes, `changes asked for by ${args.join(' ')}`).to.equal(0);
    return ran;
  }

  it('has a network made once, with what was asked for', async () => {
    const args = [
      ...['network', 'ensure', 'backend', '--internal', '--subnet', '10.128.7.0/24'],
      ...['--opt', 'com.docker.network.driver.mtu=1400', '--opt', 'com.docker.network.bridge.name=backend0'],
    ];
    expect(stepsOf(await fairlead(engine, ...args))[0]).to.match(/^\+ create backend /);
    const again = await changingNothing(...args);
    expect(stepsOf(again)[0]).to.match(/^= unchanged backend exists as declared/);
    const drifted = await changingNothing('network', 'ensure', 'backend', '--subnet', '10.128.8.0/24');
    expect(drifted.exitCode).to.equal(3);
  });

  it('is not asked for what it would not keep', async () => {
    for (const [flags, reason] of [
      [['--attachable'], 'attachable'],
      [['--config-only'], 'config-only'],
      [['--subnet', '10.9.0.0/24', '--ip-range', '10.9.0.0/25'], 'ip_range'],
      [['--opt', 'com.docker.network.bridge.enable_icc=false'], 'enable_icc'],
    ] as const) {
      const ran = await changingNothing('network', 'ensure', 'refused', ...flags);
      expect(ran.exitCode, ran.stdout).to.equal(1);
      expect(ran.stdout)
        .to.match(/^x refused/)
        .and.include(reason);
    }
  });

  it('has a network recreated only where nobody is on it', async () => {
    await fairlead(engine, 'network', 'ensure', 'moved', '--subnet', '10.128.1.0/24');
    const container = await createContainer(engine, { name: 'stopped', network: 'moved' });
    const again = ['network', 'ensure', 'moved', '--subnet', '10.128.2.0/24', '--recreate'];
    const refused = await changingNothing(...again);
    expect(refused.exitCode).to.equal(3);
    expect(refused.stdout).to.include('Podman does not tell which addresses members asked for');
    await engine.api('DELETE', `/containers/${container}`);
    expect(stepsOf(await fairlead(engine, ...again))[0]).to.match(/^~ recreate moved \(0 members\)/);
  });

  it('is not damaged by an address that is taken', async () => {
    await createNetwork(engine, { name: 'fixed', subnet: '10.128.3.0/24' });
    for (const name of ['first', 'second']) await runContainer(engine, { name });
    const connect = (name: string): string[] => ['network', 'connect', 'fixed', name, '--ip', '10.128.3.9'];
    expect((await fairlead(engine, ...connect('first'))).exitCode).to.equal(0);
    expect((await changingNothing(...connect('first'))).stdout).to.match(/^= unchanged/);
    const refused = await fairlead(engine, ...connect('second'));
    expect(refused.exitCode).to.equal(1);
    expect(refused.stdout).to.include('already allocated');
    // A list is what Podman then refuses, of all containers.
    expect(stepsOf(await fairlead(engine, 'network', 'graph')).join()).to.include('first');
    expect(Object.keys(await networksOf(engine, 'second'))).to.deep.equal(['podman']);
  });

  it('has a proxy joined and taken off again, and what others joined left alone', async () => {
    await shop(engine);
    await createNetwork(engine, { name: 'by_hand' });
    const joined = await fairlead(engine, 'proxy', 'join');
    expect(stepsOf(joined)).to.deep.equal([
      '+ connect http-proxy → shop_default routes shop-web-1 (VIRTUAL_HOST=shop.local)',
    ]);
    await engine.api('POST', '/networks/by_hand/connect', { Container: 'http-proxy' });
    const { exitCode } = await changingNothing('proxy', 'join');
    expect(exitCode).to.equal(0);
    const left = await fairlead(engine, 'proxy', 'leave');
    expect(stepsOf(left)).to.deep.equal(['- disconnect http-proxy ← shop_default joined by Fairlead']);
    expect(Object.keys(await networksOf(engine, 'http-proxy'))).to.deep.equal(['by_hand', 'edge']);
  });

  it('keeps whose a membership is over restarts of the container and of its own', async () => {
    await shop(engine);
    await fairlead(engine, 'proxy', 'join');
    await engine.api('POST', '/containers/http-proxy/restart?t=1');
    await engine.restart();
    const listed = await changingNothing('proxy', 'list');
    expect(listed.stdout)
      .to.match(/edge +home/)
      .and.match(/shop_default +joined/);
    const { shop_default: endpoint } = await networksOf(engine, 'http-proxy');
    expect(endpoint?.Aliases).to.include('proxy.owner.fairlead.internal');
  });

  it('has no connection through a published port cut by joins and leaves', async () => {
    await shop(engine);
    for (const name of ['aaa', 'zzz']) {
      await createNetwork(engine, { name });
      await runContainer(engine, {
        name: `${name}-web`,
        network: name,
        env: { VIRTUAL_HOST: `${name}.local` },
      });
    }
    const client = await startClient(engine, '127.0.0.1', 8080, 'shop.local');
    const joined = await fairlead(engine, 'proxy', 'join');
    expect(stepsOf(joined)).to.have.length(3);
    expect(joined.stderr).to.equal('');
    expect(stepsOf(await fairlead(engine, 'proxy', 'leave'))).to.have.length(3);
    const { held, heldBroken, freshFailed, errors } = await client.end();
    expect({ heldBroken, freshFailed, errors }).to.deep.equal({ heldBroken: 0, freshFailed: 0, errors: {} });
    expect(held).to.be.greaterThan(10);
  });

  it('is refused leave: any, for it does not tell which network is the proxy’s own', async () => {
    await shop(engine);
    const refused = await changingNothing('proxy', 'join', '--leave', 'any');
    expect(refused.exitCode).to.equal(1);
    expect(refused.stdout).to.include('leave: any cannot be kept on Podman');
  });

  it('is seen for what it is by doctor', async () => {
    const { stdout } = await changingNothing('doctor');
    expect(stdout).to.include(`= engine  Podman ${engine.version}, API ${engine.apiVersion}`);
  });

  it('does not have containers that share a namespace taken for members', async () => {
    await shop(engine);
    await runContainer(engine, { name: 'side', network: 'container:shop-web-1' });
    await runContainer(engine, { name: 'hostly', network: 'host' });
    const { stdout } = await changingNothing('network', 'graph');
    expect(stdout).to.match(/shop_default .*\n\S+ shop-web-1\n\n/);
    expect(stdout).to.include('side  that of shop-web-1');
    for (const name of ['side', 'hostly']) {
      expect((await changingNothing('network', 'connect', 'edge', name)).exitCode).to.equal(1);
    }
  });

  it('is watched: what starts is attached and routed, what ends is left, what is removed is made again', async () => {
    await shop(engine);
    await using place = await watchPlace(engine);
    await place.configure(
      [
        'networks: { shared: {} }',
        'attachments: [{ select: { labels: [shared] }, networks: [shared] }]',
        'proxies: [{ container: http-proxy }]',
      ].join('\n'),
    );
    const daemon = await place.watch();
    const isOn = async (network: string, ...containers: string[]): Promise<boolean> => {
      const lists = await Promise.all(containers.map(container => networksOf(engine, container)));
      return lists.every(networks => network in networks);
    };
    await daemon.until('it has joined', () => isOn('shop_default', 'http-proxy'));
    const late = await runContainer(engine, {
      name: 'late',
      network: 'shop_default',
      env: { VIRTUAL_HOST: 'late.local' },
      labels: { shared: '1' },
    });
    await daemon.until('the late one is attached, and routed there', () =>
      isOn('shared', 'late', 'http-proxy'),
    );
    await engine.api('POST', '/networks/shop_default/disconnect', { Container: 'http-proxy' });
    await daemon.until('it is joined again', () => isOn('shop_default', 'http-proxy'));
    await engine.api('DELETE', `/containers/${late}?force=1`);
    await daemon.until('the proxy has left', async () => !(await isOn('shared', 'http-proxy')));
    await engine.api('DELETE', '/networks/shared');
    await daemon.until('the network is there again', async () => {
      const networks = await engine.api<{ Name: string }[]>('GET', '/networks');
      return networks.some(({ Name }) => Name === 'shared');
    });
  });
});

describe('Podman, with warps', () => {
  let scene: WarpScene;

  before(async () => {
    scene = await startWarpScene(podmanRelease);
  });

  after(() => scene[Symbol.asyncDispose]());

  const far = outsideAddress(1);

  /** Of requests that the warp forwarded, so far. */
  async function forwarded(): Promise<number> {
    const { State } = await scene.engine.api<{ State: { Pid: number } }>('GET', '/containers/vpn/json');
    const text = await readFile(`/proc/${String(State.Pid)}/net/snmp`, 'utf8');
    const [names = [], values = []] = text
      .split('\n')
      .filter(line => line.startsWith('Ip:'))
      .map(line => line.split(' '));
    return Number(values[names.indexOf('ForwDatagrams')]);
  }

  it('has a target routed, blocked while its warp is gone, and the rest of its network guarded', async () => {
    const { engine } = scene;
    await createBridge(engine, { name: 'work', subnet: '172.30.0.0/24' });
    const config = await scene.config(
      [
        'networks: { work: { external: true, egress: warp } }',
        'warp: { routes: [{ target: { names: [worker] }, via: vpn, network: work }] }',
      ].join('\n'),
    );
    await scene.gateway('vpn', { egress: false });
    await startTarget(engine, { name: 'worker', network: 'work' });
    const first = await scene.fairlead('apply', ...config);
    expect(first.exitCode, first.stdout + first.stderr).to.equal(0);
    expect(stepsOf(first).slice(0, 2)).to.deep.equal([
      '~ guard work only warps may send out of work',
      '~ route worker → vpn on work warp.routes[0] (worker)',
    ]);
    const before = await forwarded();
    expect(await seenAs(engine, 'worker', far, 80)).to.equal('198.18.0.1');
    expect(await forwarded()).to.be.greaterThan(before);
    const again = await scene.fairlead('apply', ...config);
    expect(again.stdout).to.match(/\n3 unchanged$/);
    await startTarget(engine, { name: 'stranger', network: 'work' });
    expect(await seenAs(engine, 'stranger', far, 80)).to.not.match(/^[\d.]+$/);
    await engine.api('POST', '/containers/vpn/stop?t=1');
    expect(await seenAs(engine, 'worker', far, 80)).to.not.match(/^[\d.]+$/);
    const closed = await scene.fairlead('apply', ...config);
    expect(closed.stdout).to.include('(blocked)');
  });
});
