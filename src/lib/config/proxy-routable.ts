import type { Selector } from '../model/selector.js';
import type { ProxyDeclaration } from './schema.js';

const presets: Readonly<Record<'traefik' | 'nginx-proxy' | 'caddy', Selector>> = {
  traefik: { labels: ['traefik.*'] },
  'nginx-proxy': { env: ['VIRTUAL_HOST'] },
  caddy: { labels: ['caddy', 'caddy_*', 'caddy.*'] },
};

/** Without a preset both of the usual conventions count. */
const usual: Selector = { env: ['VIRTUAL_HOST'], labels: ['traefik.*'] };

/** What makes a container one that a proxy routes to; any entry of any list is enough. */
export function routableFor({ routable, preset }: ProxyDeclaration): Selector {
  if (routable) return routable;
  return preset === undefined || preset === 'custom' ? usual : presets[preset];
}
