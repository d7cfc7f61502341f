import type { FairleadConfig, ProxyDeclaration as DeclaredProxy } from '../config/schema.js';
import { isGlob } from '../model/glob.js';
import type { Selector } from '../model/selector.js';
import { type Conventions, conventionsFor } from './presets.js';

/** Which containers are meant: one by its exact name or ID, or every one that a selector means. */
export type ProxyIdentity = { readonly named: string } | { readonly select: Selector };

/** What is declared of a proxy beside which one it is. */
export interface ProxySettings {
  readonly conventions: Conventions;
  /** Traefik's exposedByDefault: with false only containers with `traefik.enable=true` count. */
  readonly exposedByDefault: boolean;
  /** With `healthy`, a container that has a health check makes the proxy join only while it is healthy. */
  readonly health: 'any' | 'healthy';
  /** Patterns of the networks it may be on for its containers; without `allow` any. */
  readonly networks: { readonly allow?: readonly string[]; readonly deny?: readonly string[] };
  /** Which networks without a routable container it leaves: those Fairlead joined, any, or none. */
  readonly leave: 'joined' | 'any' | 'never';
  /** Whether a container counts until it has ended, or only until it is asked to stop. */
  readonly leaveAt: 'end' | 'stop';
  /** Patterns of networks it never leaves. */
  readonly pinned: readonly string[];
  /** What to do where a join or leave would move a running proxy's default route and published ports. */
  readonly onGatewayMove: 'warn' | 'skip';
  /** Names the proxy answers to on the networks it joins, by pattern of network. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** Whether it answers to its containers' VIRTUAL_HOST names on their networks. */
  readonly aliasVirtualHosts: boolean;
}

/** A reverse proxy as its owner declares it. */
export interface ProxyDeclaration extends ProxySettings {
  readonly who: ProxyIdentity;
}

export const defaultProxyName = 'http-proxy';

const defaults: ProxySettings = {
  conventions: conventionsFor(undefined),
  exposedByDefault: true,
  health: 'any',
  networks: {},
  leave: 'joined',
  leaveAt: 'end',
  pinned: [],
  onGatewayMove: 'warn',
  aliases: {},
  aliasVirtualHosts: false,
};

/** A proxy by its exact name or ID, as it is named on a command line. */
export function proxyDeclaration(container: string, settings: Partial<ProxySettings> = {}): ProxyDeclaration {
  return { ...defaults, ...settings, who: { named: container } };
}

/** In a config a name may be a pattern, and then means every container it matches. */
function identityOf({ container, select }: DeclaredProxy): ProxyIdentity {
  if (container === undefined) return { select: select ?? {} };
  const isPattern = isGlob(container) || container.startsWith('re:');
  return isPattern ? { select: { names: [container] } } : { named: container };
}

/** The proxies of a config. */
export function proxyDeclarations(config: Pick<FairleadConfig, 'proxies'>): ProxyDeclaration[] {
  return config.proxies.map(declared => ({
    who: identityOf(declared),
    conventions: conventionsFor(declared.preset, declared.routable),
    exposedByDefault: declared.exposed_by_default,
    health: declared.health,
    networks: declared.networks,
    leave: declared.leave,
    leaveAt: declared.leave_at,
    pinned: declared.pinned,
    onGatewayMove: declared.on_gateway_move,
    aliases: declared.aliases,
    aliasVirtualHosts: declared.alias_virtual_hosts,
  }));
}

/** How reports name a declaration that no container is found for. */
export function nameOf({ who }: ProxyDeclaration): string {
  if ('named' in who) return who.named;
  const { names = [], labels = [], env = [] } = who.select;
  return [...names, ...labels, ...env].join(' ');
}
