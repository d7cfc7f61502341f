import { createNetwork } from '../engine/networks.js';
import { nginxProxy, proxySite } from '../engine/nginx-proxy.js';
import type { PrivateEngine } from '../engine/private-engine.js';
import { webApp } from '../engine/web-app.js';

/** An address of the engine's own host, in a range no network of ours uses: clients come in by DNAT. */
export const hostAddress = '198.18.0.1';

export async function addHostAddress(engine: PrivateEngine): Promise<void> {
  await engine.exec('ip', ['addr', 'add', `${hostAddress}/32`, 'dev', 'lo']);
}

/** nginx on its home network, published on port 8080, with a page of its own and a site for each application. */
export async function startProxy(
  engine: PrivateEngine,
  apps: readonly string[],
  home = 'proxy_default',
  more = '',
): Promise<string> {
  await createNetwork(engine, { name: home });
  const own =
    'server { listen 80 default_server; keepalive_requests 10000000; location / { return 200 "proxy\\n"; } }\n';
  const sites = apps.map(app => proxySite(`${app}.local`, `${app}-web`)).join('');
  return nginxProxy(engine, {
    name: 'http-proxy',
    network: home,
    publish: ['8080:80'],
    sites: own + sites + more,
  });
}

/** An application on a network of its own, meant for the proxy. */
export async function startApp(engine: PrivateEngine, app: string): Promise<string> {
  await createNetwork(engine, { name: `${app}_default` });
  return webApp(engine, {
    name: `${app}-web`,
    network: `${app}_default`,
    text: `hello from ${app}`,
    env: { VIRTUAL_HOST: `${app}.local` },
  });
}

/** Names of the networks a container is on. */
export async function networksOf(engine: PrivateEngine, container: string): Promise<string[]> {
  const { NetworkSettings } = await engine.api<{ NetworkSettings: { Networks: object } }>(
    'GET',
    `/containers/${container}/json`,
  );
  return Object.keys(NetworkSettings.Networks).sort();
}
