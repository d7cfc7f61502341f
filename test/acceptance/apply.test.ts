import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execInContainer } from '../engine/container-commands.js';
import { createContainer, runContainer } from '../engine/containers.js';
import { nginxProxy } from '../engine/nginx-proxy.js';
import { type PrivateEngine, startEngine } from '../engine/private-engine.js';
import type { Release } from '../engine/releases.js';
import { webApp } from '../engine/web-app.js';
import { startClient } from './client.js';
import { type Ran, runWith, stepsOf } from './fairlead.js';
import { addHostAddress, hostAddress, networksOf, startApp, startProxy } from './scene.js';

const releases: readonly Release[] = ['20.10', '26.1', '28.5'];

for (const release of releases) {
  describe(`A whole config on Engine ${release}`, () => {
    let engine: PrivateEngine;
    let folder: string;

    before(async () => {
      engine = await startEngine({ release });
      await addHostAddress(engine);
      folder = await mkdtemp(join(tmpdir(), 'fairlead-apply-'));
    });
    afterEach(() => engine.reset());
    after(async () => {
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    });

    async function fairlead(config: string, ...args: string[]): Promise<Ran> {
      const file = join(folder, 'fairlead.yaml');
      await writeFile(file, config);
      const env = { FAIRLEAD_STATE_DIR: join(folder, 'state') };
      return runWith(env, engine.host, ...args, '--config', file);
    }

    async function answers(from: string, url: string): Promise<boolean> {
      const { exitCode } = await execInContainer(engine, from, [
        'timeout',
        '3',
        'wget',
        '-q',
        '-O',
        '-',
        url,
      ]);
      return exitCode === 0;
    }

    it('puts every service on one shared network, where each finds the other by name', async () => {
      await webApp(engine, { name: 'damp-mysql', text: 'mysql', labels: { 'com.damp.service': 'mysql' } });
      await webApp(engine, { name: 'damp-redis', text: 'redis', labels: { 'com.damp.service': 'redis' } });
      await runContainer(engine, { name: 'stranger' });
      const config = [
        'networks: { damp-network: {} }',
        'attachments: [{ select: { labels: [com.damp.service] }, networks: [damp-network] }]',
      ].join('\n');

      const planned = await fairlead(config, 'plan', '--exit-code');
      expect(planned.exitCode).to.equal(3);
      expect(await networksOf(engine, 'damp-mysql')).to.deep.equal(['bridge']);
      const applied = await fairlead(config, 'apply');
      expect(applied).to.deep.include({ exitCode: 0 });
      expect(stepsOf(applied).map(line => line.split(' ').slice(0, 5).join(' '))).to.deep.include.members([
        '+ create damp-network no network',
        '+ connect damp-mysql → damp-network',
        '+ connect damp-redis → damp-network',
      ]);
      expect(await answers('damp-mysql', 'http://damp-redis/')).to.equal(true);
      expect(await networksOf(engine, 'stranger')).to.deep.equal(['bridge']);

      const again = await fairlead(config, 'plan', '--exit-code');
      expect(again.exitCode).to.equal(0);
      await engine.restart();
      for (const name of ['damp-mysql', 'damp-redis', 'stranger']) {
        await engine.api('POST', `/containers/${name}/start`);
      }
      expect((await fairlead(config, 'plan', '--exit-code')).exitCode).to.equal(0);
      expect(await answers('damp-redis', 'http://damp-mysql/')).to.equal(true);
    });

    it('detaches what no rule asks for any more, and nothing that a person connected', async () => {
      await runContainer(engine, { name: 'api', labels: { tier: 'back' } });
      await runContainer(engine, { name: 'mine' });
      const rule =
        'networks: { shared: {} }\nattachments: [{ select: { labels: [tier] }, networks: [shared] }]';
      await fairlead(rule, 'apply');
      await engine.api('POST', '/networks/shared/connect', { Container: 'mine' });
      expect(await networksOf(engine, 'api')).to.deep.equal(['bridge', 'shared']);

      const dropped = await fairlead('networks: { shared: {} }', 'apply');
      expect(stepsOf(dropped)[0]).to.match(/^- disconnect api ← shared/);
      expect(await networksOf(engine, 'api')).to.deep.equal(['bridge']);
      expect(await networksOf(engine, 'mine')).to.deep.equal(['bridge', 'shared']);
      const kept = await fairlead('networks: {}', 'apply', '--prune');
      expect(kept.exitCode).to.equal(0);
      await engine.api('POST', '/networks/shared/disconnect', { Container: 'mine' });
      const pruned = await fairlead('networks: {}', 'apply', '--prune');
      expect(stepsOf(pruned)[0]).to.match(/^- remove shared/);
    });

    it('adds a second network by domain while the published port goes on answering', async () => {
      const labels = { 'app.domain': 'bucket.example' };
      const sites = 'server { listen 80 default_server; location / { return 200 "bucket"; } }';
      await nginxProxy(engine, { name: 'bucket', sites, publish: ['8080:80'], labels });
      const client = await startClient(engine, hostAddress, 8080, 'bucket');
      const config = [
        // Sorts after the default bridge: where the engine has no priorities, the gateway stays there.
        'networks: { traefik-proxy: {} }',
        'attachments: [{ select: { labels: [app.domain] }, networks: [traefik-proxy] }]',
      ].join('\n');
      const applied = await fairlead(config, 'apply');
      expect(applied).to.deep.include({ exitCode: 0 });
      await fairlead('networks: { traefik-proxy: {} }', 'apply');
      expect(await client.end()).to.deep.include({ heldBroken: 0, freshFailed: 0 });
    });

    it('lets the services of an app reach what they share a network with, and nothing else', async () => {
      const service = (name: string): Record<string, string> => ({
        'com.docker.compose.project': '1001',
        'com.docker.compose.service': name,
      });
      await engine.api('POST', '/networks/create', { Name: 'base', CheckDuplicate: true, Internal: true });
      for (const name of ['web', 'api', 'db']) {
        await webApp(engine, { name: `c-${name}`, text: name, labels: service(name), network: 'base' });
      }
      const app = (web: string): string =>
        [
          'apps:',
          '  "1001":',
          `    networks: { backend: {}${web} }`,
          '    services:',
          ...(web === '' ? [] : ['      web: { networks: [frontend] }']),
          `      api: { networks: [backend${web === '' ? '' : ', frontend'}] }`,
          '      db: { networks: [backend] }',
        ].join('\n');
      const applied = await fairlead(app(', frontend: {}'), 'apply');
      expect(applied).to.deep.include({ exitCode: 0 });
      expect(await networksOf(engine, 'c-api')).to.deep.equal(['1001_backend', '1001_frontend', 'base']);
      // They have the network they were created on for this test; what counts is the app's own.
      for (const name of ['web', 'api', 'db']) {
        await engine.api('POST', '/networks/base/disconnect', { Container: `c-${name}` });
      }
      expect(await answers('c-web', 'http://api/')).to.equal(true);
      expect(await answers('c-api', 'http://db/')).to.equal(true);
      expect(await answers('c-web', 'http://db/')).to.equal(false);

      // The frontend is no longer declared: its members leave, and it goes with them.
      await engine.api('POST', '/networks/base/connect', { Container: 'c-web' });
      const smaller = await fairlead(app(''), 'apply');
      expect(smaller).to.deep.include({ exitCode: 0 });
      expect(stepsOf(smaller).map(line => line.split(' ').slice(0, 5).join(' '))).to.include(
        '- remove 1001_frontend Fairlead made',
      );
    });

    it('refuses to recreate a network that nobody said may be, and does it where the config says so', async () => {
      const config = (subnet: string, drift: string): string =>
        `networks: { data: { on_drift: ${drift}, ipam: { config: [{ subnet: ${subnet} }] } } }`;
      await fairlead(config('10.95.0.0/24', 'error'), 'apply');
      await runContainer(engine, { name: 'db', network: 'data' });
      const refused = await fairlead(config('10.96.0.0/24', 'error'), 'apply');
      expect(refused.exitCode).to.equal(3);
      expect(refused.stdout).to.include('declared 10.96.0.0/24, is 10.95.0.0/24');
      const mended = await fairlead(config('10.96.0.0/24', 'recreate'), 'apply');
      expect(mended).to.deep.include({ exitCode: 0 });
      expect(mended.stderr).to.include('interrupts the network of db');
      expect(await networksOf(engine, 'db')).to.deep.equal(['data']);
      expect((await fairlead(config('10.96.0.0/24', 'recreate'), 'plan', '--exit-code')).exitCode).to.equal(
        0,
      );
    });

    it('settles an attachment and the proxy that follows it in one pass', async () => {
      await startProxy(engine, ['shop']);
      await webApp(engine, { name: 'shop-web', text: 'hi', env: { VIRTUAL_HOST: 'shop.local' } });
      const config = [
        'networks: { web-apps: {} }',
        'attachments: [{ select: { env: [VIRTUAL_HOST] }, networks: [web-apps] }]',
        'proxies: [{ container: http-proxy }]',
      ].join('\n');
      const applied = await fairlead(config, 'apply');
      expect(applied).to.deep.include({ exitCode: 0 });
      expect(await networksOf(engine, 'http-proxy')).to.deep.equal(['proxy_default', 'web-apps']);
      expect((await fairlead(config, 'plan', '--exit-code')).exitCode).to.equal(0);
      await startApp(engine, 'blog');
      const more = await fairlead(config, 'apply');
      expect(stepsOf(more).filter(line => line.startsWith('+'))).to.have.length(2);
      expect((await fairlead(config, 'plan', '--exit-code')).exitCode).to.equal(0);
    });

    it('attaches a container that is only created, so that it starts with its networks', async () => {
      await createContainer(engine, { name: 'later', labels: { tier: 'back' } });
      const rule =
        'networks: { shared: {} }\nattachments: [{ select: { labels: [tier] }, networks: [shared] }]';
      expect((await fairlead(rule, 'apply')).exitCode).to.equal(0);
      await engine.api('POST', '/containers/later/start');
      expect(await networksOf(engine, 'later')).to.deep.equal(['bridge', 'shared']);
      expect((await fairlead(rule, 'plan', '--exit-code')).exitCode).to.equal(0);
    });
  });
}
