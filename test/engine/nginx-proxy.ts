import { runContainer, putFiles } from './containers.js';
import type { ContainerSpec } from './containers.js';
import { execInContainer } from './container-commands.js';
import { waitForPort } from './listening-ports.js';
import { nginxImage } from './nginx-image.js';
import type { PrivateEngine } from './private-engine.js';

const sitesPath = '/etc/nginx/conf.d/sites.conf';

export type NginxProxySpec = Omit<ContainerSpec, 'image' | 'command' | 'init'> & {
  /** Server blocks; they have to listen on port 80, among others. */
  readonly sites: string;
};

/** An nginx container that serves `sites`; returned when it listens. */
export async function nginxProxy(engine: PrivateEngine, { sites, ...spec }: NginxProxySpec): Promise<string> {
  const image = await nginxImage(engine);
  const files = { ...spec.files, [sitesPath]: sites };
  const id = await runContainer(engine, { ...spec, image, files, init: false });
  await waitForPort(engine, id, 80);
  return id;
}

/** A server block that hands requests for a host name to an upstream, which is looked up at every request. */
export function proxySite(serverName: string, upstream: string): string {
  return [
    `server {`,
    `  listen 80;`,
    `  server_name ${serverName};`,
    `  location / {`,
    `    set $upstream ${upstream};`,
    `    proxy_pass http://$upstream;`,
    `    proxy_set_header Host $host;`,
    `  }`,
    `}\n`,
  ].join('\n');
}

/** Gives a running nginx other sites. The old worker still serves what it has begun. */
export async function reloadSites(engine: PrivateEngine, container: string, sites: string): Promise<void> {
  await putFiles(engine, container, { [sitesPath]: sites });
  const { exitCode, stderr } = await execInContainer(engine, container, ['nginx', '-s', 'reload']);
  if (exitCode !== 0) throw new Error(`nginx -s reload: ${stderr.trim()}`);
}
