import type { Selector } from '../model/selector.js';

export type Preset = 'traefik' | 'nginx-proxy' | 'caddy' | 'custom';

/** The habits of a kind of proxy: how its containers are told, switched off, and narrowed to one network. */
export interface Conventions {
  /** What makes a container one to route to: any entry of any list. */
  readonly routable: Selector;
  /** Labels that name the network to reach a container on; `fairlead.network` comes before all of them. */
  readonly networkLabels: readonly string[];
  /** Whether the label `traefik.enable` switches a container on and off. */
  readonly traefikEnable: boolean;
}

const virtualHosts = ['VIRTUAL_HOST', 'VIRTUAL_HOST_MULTIPORTS'];
const traefikNetworks = ['traefik.docker.network', 'traefik.swarm.network'];

/** Without a preset: nginx-proxy's and Traefik's habits together. */
const usual: Conventions = {
  routable: { env: virtualHosts, labels: ['traefik.*'] },
  networkLabels: traefikNetworks,
  traefikEnable: true,
};

const presets: Readonly<Record<Exclude<Preset, 'custom'>, Conventions>> = {
  traefik: { routable: { labels: ['traefik.*'] }, networkLabels: traefikNetworks, traefikEnable: true },
  'nginx-proxy': { routable: { env: virtualHosts }, networkLabels: [], traefikEnable: false },
  // `caddy`, `caddy_0` to `caddy_99`: the sites. `caddy.*` and `caddy_ingress_network` alone make none.
  caddy: {
    routable: { labels: ['caddy', 'caddy_?', 'caddy_??'] },
    networkLabels: ['caddy_ingress_network'],
    traefikEnable: false,
  },
};

/** A selector of one's own replaces what counts; a preset beside it has no effect, as validate-config says. */
export function conventionsFor(preset: Preset | undefined, routable?: Selector): Conventions {
  if (routable) return { ...usual, routable };
  return preset === undefined || preset === 'custom' ? usual : presets[preset];
}
