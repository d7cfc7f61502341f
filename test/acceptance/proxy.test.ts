import { expect } from 'chai';
import { createContainer, runContainer } from '../engine/containers.js';
import { createNetwork } from '../engine/networks.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import type { Release } from '../engine/releases.js';
import { fetchPage } from '../engine/fetch-page.js';
import { waitForPort } from '../engine/listening-ports.js';
import { nginxProxy } from '../engine/nginx-proxy.js';
import { startClient, startStream } from './client.js';
import { fairlead, stepsOf } from './fairlead.js';
import { addHostAddress, hostAddress, networksOf, startApp, startProxy } from './scene.js';

const releases: readonly Release[] = ['20.10', '26.1', '28.5'];
async function page(engine: PrivateEngine, app: string): Promise<string> {
  const { body } = await fetchPage(engine, `http://${hostAddress}:8080/`, {
    headers: { Host: `${app}.local` },
  });
  return body;
}

for (const release of releases) {
  describe(`A proxy on Engine ${release}`, () => {
    let engine: PrivateEngine;

    before(async () => {
      engine = await startEngine({ release });
      await addHostAddress(engine);
    });
    afterEach(() => engine.reset());
    after(() => engine.stop());

    it('joins the networks of what it routes to, serves their pages, and leaves when they are gone', async () => {
      await startProxy(engine, ['shop', 'blog']);
      await startApp(engine, 'shop');
      await startApp(engine, 'blog');
      await createNetwork(engine, { name: 'db_default' });
      await runContainer(engine, { name: 'db', network: 'db_default' });

      const joined = await fairlead(engine, 'proxy', 'join');
      expect(stepsOf(joined)).to.deep.equal([
        '+ connect http-proxy → blog_default routes blog-web (VIRTUAL_HOST=blog.local)',
        '+ connect http-proxy → shop_default routes shop-web (VIRTUAL_HOST=shop.local)',
      ]);
      expect(joined.exitCode).to.equal(0);
      expect(await networksOf(engine, 'http-proxy')).to.deep.equal([
        'blog_default',
        'proxy_default',
        'shop_default',
      ]);
      expect(await page(engine, 'shop')).to.equal('hello from shop');
      expect(await page(engine, 'blog')).to.equal('hello from blog');

      const again = await fairlead(engine, 'proxy', 'join');
      expect(again).to.deep.include({ exitCode: 0, stdout: '3 unchanged' });

      await engine.api('POST', '/containers/blog-web/kill');
      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.deep.equal([
        '- disconnect http-proxy ← blog_default no routable container left',
      ]);
      await engine.api('DELETE', '/networks/blog_default');
      expect(await page(engine, 'shop')).to.equal('hello from shop');

      expect(stepsOf(await fairlead(engine, 'proxy', 'leave'))).to.deep.equal([
        '- disconnect http-proxy ← shop_default joined by Fairlead',
      ]);
      expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['proxy_default']);
    });

    it('keeps what it was put on by hand, and its joins over an engine restart', async () => {
      await startProxy(engine, ['shop']);
      await startApp(engine, 'shop');
      await createNetwork(engine, { name: 'mine' });
      await engine.api('POST', '/networks/mine/connect', { Container: 'http-proxy' });
      await fairlead(engine, 'proxy', 'join');
      await engine.restart();
      await engine.api('POST', '/containers/http-proxy/start');

      const after = await fairlead(engine, 'proxy', 'join');
      expect(stepsOf(after)).to.deep.equal([
        '- disconnect http-proxy ← shop_default no routable container left',
      ]);
      expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['mine', 'proxy_default']);
    });

    it('joins before the proxy starts, and explains a proxy that is not there', async () => {
      expect(await fairlead(engine, 'proxy', 'join')).to.deep.include({ exitCode: 1 });
      await createNetwork(engine, { name: 'proxy_default' });
      await startApp(engine, 'shop');
      await createContainer(engine, { name: 'http-proxy', network: 'proxy_default' });
      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.have.length(1);
      expect((await fairlead(engine, 'proxy', 'join')).stdout).to.equal('2 unchanged');
      await engine.api('POST', '/containers/http-proxy/start');
      expect((await fairlead(engine, 'proxy', 'join')).stdout).to.equal('2 unchanged');
      expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['proxy_default', 'shop_default']);
    });

    it('makes a stopped proxy startable again whose network was removed, and made anew', async () => {
      await startProxy(engine, ['shop']);
      const app = await startApp(engine, 'shop');
      await fairlead(engine, 'proxy', 'join');
      await engine.api('POST', '/containers/http-proxy/kill');
      await engine.api('DELETE', `/containers/${app}?force=1`);
      await engine.api('DELETE', '/networks/shop_default');
      await startApp(engine, 'shop');
      const refused = await engine.api('POST', '/containers/http-proxy/start').then(
        () => 'started',
        () => 'refused',
      );
      expect(refused).to.equal('refused');

      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.have.length(2);
      await engine.api('POST', '/containers/http-proxy/start');
      expect((await fairlead(engine, 'proxy', 'join')).stdout).to.equal('2 unchanged');
    });

    it('in host mode reaches everything and joins nothing', async () => {
      await startApp(engine, 'shop');
      await runContainer(engine, { name: 'http-proxy', network: 'host' });
      const ran = await fairlead(engine, 'proxy', 'join');
      expect(ran.exitCode).to.equal(0);
      expect(ran.stdout).to.include('in host mode');
    });
  });
}

/** The default routes in a container's namespace, of both families. */
async function defaultRoutes(engine: PrivateEngine, container: string): Promise<string> {
  const { State } = await engine.api<{ State: { Pid: number } }>('GET', `/containers/${container}/json`);
  const inside = (family: string): Promise<string> =>
    engine.exec('nsenter', [
      `--net=/proc/${String(State.Pid)}/ns/net`,
      'ip',
      family,
      'route',
      'show',
      'default',
    ]);
  return `${await inside('-4')}\n${await inside('-6')}`;
}

describe('Connections through a published port', () => {
  // ::1 is docker-proxy's too, and leads to the container by IPv4.
  for (const address of [hostAddress, '127.0.0.1', '::1']) {
    it(`at ${address} survive joins and leaves of networks that sort first, on Engine 28.5`, async () => {
      const apps = ['a1', 'a2', 'a3'];
      await using engine = await startEngine({ release: '28.5' });
      await addHostAddress(engine);
      await startProxy(engine, apps);
      for (const app of apps) await startApp(engine, app);
      const client = await startClient(engine, address, 8080, 'proxy.local');
      const route = await defaultRoutes(engine, 'http-proxy');
      expect(route).to.match(/^default via [\d.]+ dev eth0/);

      for (let round = 0; round < 3; round += 1) {
        const joined = await fairlead(engine, 'proxy', 'join');
        expect(stepsOf(joined)).to.have.length(3);
        expect(joined.stderr).to.equal('');
        expect(await defaultRoutes(engine, 'http-proxy')).to.equal(route);
        expect(stepsOf(await fairlead(engine, 'proxy', 'leave'))).to.have.length(3);
        expect(await defaultRoutes(engine, 'http-proxy')).to.equal(route);
      }
      const counts = await client.end();
      expect(counts).to.deep.include({ heldBroken: 0, freshFailed: 0, errors: {} });
      expect(counts.held).to.be.above(20);
      expect(counts.fresh).to.be.above(20);
    });
  }

  for (const address of ['fd00:198::1', '::1']) {
    it(`at ${address} survive them by IPv6 to a home of both families, on Engine 28.5`, async () => {
      await using engine = await startEngine({ release: '28.5' });
      await engine.exec('ip', ['addr', 'add', 'fd00:198::1/128', 'dev', 'lo']);
      await engine.api('POST', '/networks/create', {
        Name: 'proxy_default',
        EnableIPv6: true,
        IPAM: { Config: [{ Subnet: '10.96.0.0/24' }, { Subnet: 'fd00:96::/64' }] },
      });
      const sites =
        'server { listen 80; listen [::]:80 ipv6only=on; location / { return 200 "$server_addr\\n"; } }\n';
      await nginxProxy(engine, { name: 'http-proxy', network: 'proxy_default', publish: ['8080:80'], sites });
      for (const app of ['a1', 'a2']) await startApp(engine, app);
      const { body } = await fetchPage(engine, `http://[${address}]:8080/`);
      expect(body).to.match(/^fd00:96::/);
      const route = await defaultRoutes(engine, 'http-proxy');
      expect(route).to.include('default via fd00:96::');
      const client = await startClient(engine, address, 8080, 'proxy.local');
      for (let round = 0; round < 2; round += 1) {
        expect(await fairlead(engine, 'proxy', 'join')).to.deep.include({ exitCode: 0, stderr: '' });
        expect(await defaultRoutes(engine, 'http-proxy')).to.equal(route);
        expect(stepsOf(await fairlead(engine, 'proxy', 'leave'))).to.have.length(2);
      }
      expect(await defaultRoutes(engine, 'http-proxy')).to.equal(route);
      const counts = await client.end();
      expect(counts).to.deep.include({ heldBroken: 0, freshFailed: 0, errors: {} });
      expect(counts.held).to.be.above(20);
    });
  }

  it('go on as streams from one application, while the proxy joins and leaves those of others, on Engine 28.5', async () => {
    await using engine = await startEngine({ release: '28.5' });
    await addHostAddress(engine);
    await startProxy(engine, ['m1', 'a1', 'z1']);
    await createNetwork(engine, { name: 'm1_default' });
    const ticks =
      '#!/bin/sh\nprintf "X-Accel-Buffering: no\\r\\n\\r\\n"; n=0; while :; do echo $n; n=$((n + 1)); usleep 10000; done\n';
    const id = await runContainer(engine, {
      name: 'm1-web',
      network: 'm1_default',
      env: { VIRTUAL_HOST: 'm1.local', TICKS: ticks },
      command: [
        'sh',
        '-c',
        'mkdir -p /www/cgi-bin && printf %s "$TICKS" > /www/cgi-bin/ticks && chmod +x /www/cgi-bin/ticks && exec httpd -f -p 80 -h /www',
      ],
    });
    await waitForPort(engine, id, 80);
    expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.have.length(1);
    const streams = await Promise.all(
      [hostAddress, '127.0.0.1'].map(address =>
        startStream(engine, address, 8080, 'm1.local', '/cgi-bin/ticks'),
      ),
    );
    for (let round = 0; round < 3; round += 1) {
      for (const app of ['a1', 'z1']) await startApp(engine, app);
      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.have.length(2);
      for (const app of ['a1', 'z1']) await engine.api('DELETE', `/containers/${app}-web?force=1`);
      expect(stepsOf(await fairlead(engine, 'proxy', 'join'))).to.have.length(2);
      for (const app of ['a1', 'z1']) await engine.api('DELETE', `/networks/${app}_default`);
    }
    for (const stream of streams) {
      const counts = await stream.end();
      expect(counts).to.deep.include({ missing: 0, ended: '' });
      expect(counts.lines).to.be.above(100);
    }
  });

  it('are announced to be cut before it is done, on Engine 20.10', async () => {
    await using engine = await startEngine({ release: '20.10' });
    await addHostAddress(engine);
    await startProxy(engine, ['a1']);
    await startApp(engine, 'a1');
    const planned = await fairlead(engine, 'proxy', 'join', '--dry-run');
    const warning =
      'Warning: http-proxy: joining a1_default moves its default route and published ports from proxy_default to a1_default: ' +
      'open connections through its published ports will be cut';
    expect(planned.stderr).to.include(warning);
    expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['proxy_default']);

    const client = await startClient(engine, hostAddress, 8080, 'proxy.local');
    expect((await fairlead(engine, 'proxy', 'join')).stderr).to.include(warning);
    const counts = await client.end();
    // What the warning says is what happens.
    expect(counts.heldBroken).to.be.above(0);
  });

  it('are not announced to be cut where the network sorts later, and are not, on Engine 20.10', async () => {
    await using engine = await startEngine({ release: '20.10' });
    await addHostAddress(engine);
    await startProxy(engine, ['zoo']);
    await startApp(engine, 'zoo');
    const client = await startClient(engine, hostAddress, 8080, 'proxy.local');
    const joined = await fairlead(engine, 'proxy', 'join');
    expect(joined).to.deep.include({ exitCode: 0, stderr: '' });
    await fairlead(engine, 'proxy', 'leave');
    expect(await client.end()).to.deep.include({ heldBroken: 0, freshFailed: 0 });
  });
});
