import { expect } from 'chai';
import { createContainer, putFiles, runContainer } from '../engine/containers.js';
import { fetchPage } from '../engine/fetch-page.js';
import { createNetwork } from '../engine/networks.js';
import { nginxProxy, proxySite } from '../engine/nginx-proxy.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import type { Release } from '../engine/releases.js';
import { waitUntil } from '../engine/wait-until.js';
import { type ClientCounts, startClient } from './client.js';
import { compose, installCompose, startProject } from './compose.js';
import { fairlead, stepsOf } from './fairlead.js';
import { addHostAddress, hostAddress, networksOf, startApp, startProxy } from './scene.js';

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}${String(i)}`);

async function page(engine: PrivateEngine, app: string): Promise<string> {
  const headers = { Host: `${app}.local` };
  return (await fetchPage(engine, `http://${hostAddress}:8080/`, { headers })).body;
}

/** What became of a call that may be refused. */
async function whether(call: Promise<unknown>): Promise<'done' | 'refused'> {
  return call.then(
    () => 'done',
    () => 'refused',
  );
}

const start = (engine: PrivateEngine, container: string): Promise<unknown> =>
  engine.api('POST', `/containers/${container}/start`);

describe('Clients of a proxy that joins and leaves networks sorting before its home', () => {
  /** Joins and leaves five networks, again and again, with clients that come in by DNAT and by docker-proxy. */
  async function live(
    release: Release,
    rounds: number,
  ): Promise<{ counts: ClientCounts[]; stderr: string[] }> {
    await using engine = await startEngine({ release });
    await addHostAddress(engine);
    const apps = numbered('a', 5);
    await startProxy(engine, apps);
    for (const app of apps) await startApp(engine, app);
    const clients = await Promise.all(
      [hostAddress, '127.0.0.1'].map(address => startClient(engine, address, 8080, 'proxy.local')),
    );
    const stderr: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const verb of ['join', 'leave']) {
        const ran = await fairlead(engine, 'proxy', verb);
        expect(stepsOf(ran)).to.have.length(5);
        stderr.push(ran.stderr);
      }
    }
    return { counts: await Promise.all(clients.map(client => client.end())), stderr };
  }

  it('lose nothing in 50 joins and 50 leaves on Engine 28.5', async () => {
    const { counts, stderr } = await live('28.5', 10);
    expect(new Set(stderr)).to.deep.equal(new Set(['']));
    for (const count of counts) {
      console.log(`      28.5, 50 joins and 50 leaves: ${JSON.stringify(count)}`);
      expect(count).to.deep.include({ heldBroken: 0, freshFailed: 0, errors: {} });
      expect(count.held).to.be.above(100);
      expect(count.fresh).to.be.above(100);
    }
  });

  it('are cut once a run on Engine 20.10, which says so before', async () => {
    const { counts, stderr } = await live('20.10', 2);
    for (const said of stderr) expect(said.match(/^Warning: /gm)).to.deep.equal(['Warning: ']);
    expect(stderr[0]).to.include('joining a0_default moves its default route and published ports');
    expect(stderr[1]).to.include('leaving a0_default moves its default route and published ports');
    for (const count of counts) {
      console.log(`      20.10, 10 joins and 10 leaves: ${JSON.stringify(count)}`);
      // As often as was said at most, and a cut of a connection that was cut a moment ago is none.
      expect(count.cuts).to.be.within(1, stderr.length);
    }
  });

  it('lose nothing on Engine 20.10 where such joins are skipped', async () => {
    await using engine = await startEngine({ release: '20.10' });
    await addHostAddress(engine);
    await startProxy(engine, ['a1', 'zoo']);
    for (const app of ['a1', 'zoo']) await startApp(engine, app);
    const client = await startClient(engine, hostAddress, 8080, 'proxy.local');
    const ran = await fairlead(engine, 'proxy', 'join', '--on-gateway-move', 'skip');
    expect(ran.exitCode).to.equal(1);
    expect(stepsOf(ran)[0]).to.equal(
      '+ connect http-proxy → zoo_default routes zoo-web (VIRTUAL_HOST=zoo.local)',
    );
    expect(ran.stdout).to.include('joining it would move its default route and published ports');
    expect(await client.end()).to.deep.include({ heldBroken: 0, freshFailed: 0 });
  });
});

describe('docker compose down', () => {
  let engine: PrivateEngine;
  const rounds = 2;
  const projects = numbered('shop', 10);

  before(async () => {
    await installCompose();
    engine = await startEngine({ release: '28.5' });
    await createNetwork(engine, { name: 'proxy_default' });
    await runContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
  });
  after(() => engine.stop());

  async function exists(network: string): Promise<boolean> {
    const networks = await engine.api<{ Name: string }[]>('GET', '/networks');
    return networks.some(({ Name }) => Name === network);
  }

  /** How many of the projects' networks `docker compose down` could remove, brought down one after the other. */
  async function removedOf(down: (project: string) => Promise<string>): Promise<number> {
    let removed = 0;
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(projects.map(project => startProject(engine, project)));
      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.have.length(projects.length);
      for (const project of projects) {
        const said = await down(project);
        const isLeft = await exists(`${project}_default`);
        expect(said.includes('Resource is still in use'), said).to.equal(isLeft);
        if (!isLeft) removed += 1;
      }
      // Whatever stayed behind is left by now, or by the next pass, which says so.
      await fairlead(engine, 'proxy', 'join');
      for (const project of projects) {
        if (await exists(`${project}_default`)) await engine.api('DELETE', `/networks/${project}_default`);
      }
    }
    return removed;
  }

  it('removes the network where a pass has run since the last container ended', async () => {
    const removed = await removedOf(async project => {
      await engine.api('POST', `/containers/${project}-web-1/kill`);
      await fairlead(engine, 'proxy', 'join');
      return compose(engine, project, 'down', '--timeout', '0');
    });
    console.log(
      `      a pass, then docker compose down: ${String(removed)} of ${String(rounds * projects.length)} networks removed at once`,
    );
    expect(removed).to.be.at.least(rounds * projects.length - 1);
  });

  it('leaves the network behind, unharmed, where it is faster than a pass begun when the container ended', async () => {
    const removed = await removedOf(async project => {
      const ended = engine.api('POST', `/containers/${project}-web-1/wait?condition=not-running`);
      const down = compose(engine, project, 'down', '--timeout', '0');
      await ended;
      const passed = fairlead(engine, 'proxy', 'join');
      const said = await down;
      expect((await passed).exitCode).to.equal(0);
      return said;
    });
    console.log(
      `      a pass in a race with docker compose down: ${String(removed)} of ${String(rounds * projects.length)} removed at once`,
    );
    expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['proxy_default']);
  });
});

for (const release of ['20.10', '28.5'] as const) {
  describe(`A proxy's life on Engine ${release}`, () => {
    let engine: PrivateEngine;
    const sites = ['shop', 'blog'].map(app => proxySite(`${app}.local`, `${app}-web`)).join('');

    before(async () => {
      engine = await startEngine({ release });
      await addHostAddress(engine);
    });
    afterEach(() => engine.reset());
    after(() => engine.stop());

    it('goes on after a reboot that an application’s network did not survive', async () => {
      await startProxy(engine, ['shop', 'blog']);
      for (const app of ['shop', 'blog']) await startApp(engine, app);
      await fairlead(engine, 'proxy', 'join');
      for (const name of ['http-proxy', 'shop-web', 'blog-web'])
        await engine.api('POST', `/containers/${name}/kill`);
      await engine.api('DELETE', '/networks/blog_default');
      await engine.restart();
      await start(engine, 'shop-web');
      expect(await whether(start(engine, 'http-proxy'))).to.equal('refused');

      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.deep.equal([
        '- disconnect http-proxy ← blog_default the network it refers to is gone, and with it the container cannot start',
      ]);
      await start(engine, 'http-proxy');
      expect(await page(engine, 'shop')).to.equal('hello from shop');
      // What a project's `up` does: its network and container anew.
      await engine.api('DELETE', '/containers/blog-web?force=1');
      await startApp(engine, 'blog');
      await fairlead(engine, 'proxy', 'join');
      expect(await page(engine, 'blog')).to.equal('hello from blog');
    });

    it('goes on at a home that was made anew, with its alias', async () => {
      await createNetwork(engine, { name: 'proxy_default' });
      await createContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
      await engine.api('POST', '/networks/proxy_default/disconnect', { Container: 'http-proxy' });
      const EndpointConfig = { Aliases: ['gate'] };
      await engine.api('POST', '/networks/proxy_default/connect', {
        Container: 'http-proxy',
        EndpointConfig,
      });
      await start(engine, 'http-proxy');
      await engine.api('POST', '/containers/http-proxy/kill');
      await engine.api('DELETE', '/networks/proxy_default');
      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.deep.equal([
        'x refused http-proxy on proxy_default its home network is gone: it cannot start',
        'Create the network again, then: fairlead proxy join http-proxy',
      ]);
      await createNetwork(engine, { name: 'proxy_default' });
      expect(await whether(start(engine, 'http-proxy'))).to.equal('refused');

      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.have.length(2);
      await start(engine, 'http-proxy');
      const { NetworkSettings } = await engine.api<{
        NetworkSettings: { Networks: Record<string, { Aliases: string[] }> };
      }>('GET', '/containers/http-proxy/json');
      expect(NetworkSettings.Networks['proxy_default']?.Aliases).to.include('gate');
    });

    it('is left alone on the default bridge, whose ID changes with every engine start', async () => {
      await runContainer(engine, { name: 'http-proxy', network: 'bridge' });
      await engine.api('POST', '/containers/http-proxy/kill');
      await engine.restart();
      expect(await fairlead(engine, 'proxy', 'join')).to.deep.include({ exitCode: 0, stdout: '1 unchanged' });
      await start(engine, 'http-proxy');
    });

    it('goes on under the same name in another container, while its applications run', async () => {
      await startProxy(engine, ['shop', 'blog']);
      for (const app of ['shop', 'blog']) await startApp(engine, app);
      await fairlead(engine, 'proxy', 'join');
      await engine.api('DELETE', '/containers/http-proxy?force=1');
      await nginxProxy(engine, { name: 'http-proxy', network: 'proxy_default', publish: ['8080:80'], sites });
      expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['proxy_default']);

      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.have.length(2);
      for (const app of ['shop', 'blog']) expect(await page(engine, app)).to.equal(`hello from ${app}`);
      expect((await fairlead(engine, 'proxy', 'join')).stdout).to.equal('3 unchanged');
    });

    it('is never ended on what is no bridge, or where a person put it, whatever was to be left', async () => {
      // Of its own: what belongs to a swarm outlives a reset.
      await using swarm = await startEngine({ release });
      await swarm.exec('ip', ['link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'up1']);
      for (const end of ['up0', 'up1']) await swarm.exec('ip', ['link', 'set', end, 'up']);
      await swarm.api('POST', '/swarm/init', { ListenAddr: '127.0.0.1:2377', AdvertiseAddr: '127.0.0.1' });
      await createNetwork(swarm, { name: 'proxy_default' });
      await runContainer(swarm, { name: 'http-proxy', network: 'proxy_default' });
      await createNetwork(swarm, { name: 'lan', driver: 'macvlan', options: { parent: 'up0' } });
      await swarm.api('POST', '/networks/create', { Name: 'mesh', Driver: 'overlay', Attachable: true });
      await createNetwork(swarm, { name: 'mine' });
      const DriverOpts = { 'fairlead.owner': 'proxy' };
      for (const [name, EndpointConfig] of [
        ['lan', { DriverOpts }],
        ['mesh', {}],
        ['mine', {}],
      ] as const) {
        await swarm.api('POST', `/networks/${name}/connect`, { Container: 'http-proxy', EndpointConfig });
      }
      const all = ['lan', 'mesh', 'mine', 'proxy_default'];
      await runContainer(swarm, {
        name: 'hosted',
        network: 'host',
        env: { VIRTUAL_HOST: 'hosted.local' },
      });
      const joined = await fairlead(swarm, 'proxy', 'join');
      expect(joined.exitCode).to.equal(0);
      expect(await networksOf(swarm, 'http-proxy')).to.deep.equal(all);
      const { stdout } = await fairlead(swarm, 'proxy', 'list');
      expect(stdout).to.include('not a user-defined bridge (macvlan)');
      expect(stdout).to.include('not a user-defined bridge (overlay)');
      expect(stdout).to.include('not joined by Fairlead');
      await fairlead(swarm, 'proxy', 'leave');
      expect(await networksOf(swarm, 'http-proxy')).to.deep.equal(all);
      // Only what it may leave of any, and that is the bridge.
      await fairlead(swarm, 'proxy', 'join', '--leave', 'any');
      expect(await networksOf(swarm, 'http-proxy')).to.deep.equal(['lan', 'mesh', 'proxy_default']);
    });

    it('is not touched in a restart loop, and takes up what was recorded there meanwhile', async () => {
      await createNetwork(engine, { name: 'proxy_default' });
      await startApp(engine, 'shop');
      const id = await createContainer(engine, {
        name: 'http-proxy',
        network: 'proxy_default',
        command: ['sh', '-c', 'test -e /tmp/ready && exec sleep 1000000'],
        hostConfig: { RestartPolicy: { Name: 'always' } },
      });
      await start(engine, id);
      const state = async (): Promise<{ Restarting: boolean; running: boolean; count: number }> => {
        const seen = await engine.api<{
          RestartCount: number;
          State: { Restarting: boolean; Pid: number };
        }>('GET', `/containers/${id}/json`);
        const { Restarting, Pid } = seen.State;
        return { Restarting, running: Pid > 0, count: seen.RestartCount };
      };
      // The engine waits twice as long each time: by then long enough for a run of the program.
      await waitUntil('a long wait between two runs', async () => {
        const { Restarting, count } = await state();
        return Restarting && count >= 5;
      });
      const ran = await fairlead(engine, 'proxy', 'join');
      expect(ran.exitCode).to.equal(1);
      expect(stepsOf(ran)[0]).to.equal(
        'x refused http-proxy in a restart loop: the engine cannot connect it between two runs',
      );
      const EndpointConfig = { DriverOpts: { 'fairlead.owner': 'proxy' } };
      const connect = engine.api('POST', '/networks/shop_default/connect', { Container: id, EndpointConfig });
      expect(await whether(connect)).to.equal(release === '28.5' ? 'refused' : 'done');

      await putFiles(engine, id, { '/tmp/ready': '' });
      await waitUntil('it runs', async () => (await state()).running, 20_000);
      expect((await fairlead(engine, 'proxy', 'join')).stdout).to.equal('2 unchanged');
      expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['proxy_default', 'shop_default']);
      expect(stepsOf(await fairlead(engine, 'proxy', 'leave'))).to.have.length(1);
    });
  });
}
