import { expect } from 'chai';
import { containerLogs } from './container-commands.js';
import { runContainer } from './containers.js';
import { fetchPage } from './fetch-page.js';
import { createNetwork } from './networks.js';
import { nginxProxy, proxySite, reloadSites } from './nginx-proxy.js';
import { startEngine } from './private-engine.js';
import type { PrivateEngine } from './private-engine.js';
import { waitUntil } from './wait-until.js';
import { webApp } from './web-app.js';

describe('The nginx image', () => {
  let engine: PrivateEngine;

  before(async () => {
    engine = await startEngine({ release: '28.5' });
    await createNetwork(engine, { name: 'web' });
    await webApp(engine, { name: 'blue', network: 'web', text: 'I am blue' });
    await webApp(engine, { name: 'green', network: 'web', text: 'I am green' });
  });

  after(() => engine.stop());

  it('is a reverse proxy that finds containers by name and takes new sites without a restart', async () => {
    const sites = proxySite('app.test', 'blue');
    const proxy = await nginxProxy(engine, { name: 'proxy', network: 'web', publish: ['8080:80'], sites });
    const page = (): Promise<{ status: number; body: string }> =>
      fetchPage(engine, 'http://127.0.0.1:8080/', { headers: { Host: 'app.test' } });

    expect(await page()).to.deep.equal({ status: 200, body: 'I am blue' });
    await reloadSites(engine, proxy, proxySite('app.test', 'green'));
    await waitUntil('the new sites are served', async () => (await page()).body === 'I am green');

    expect((await containerLogs(engine, proxy)).stdout).to.include('"GET / HTTP/1.1" 200');
    // Another container gets its address, so it comes back with a new one.
    await engine.api('DELETE', '/containers/green?force=1');
    await runContainer(engine, { name: 'in-its-place', network: 'web' });
    await webApp(engine, { name: 'green', network: 'web', text: 'I am elsewhere' });
    await waitUntil('the new address is used', async () => (await page()).body === 'I am elsewhere');
  });
});
