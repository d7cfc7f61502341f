import type { Container, ContainerDetails } from '../../model/container.js';
import { type EngineInfo, versionAtLeast } from '../../model/engine-info.js';
import type { Network } from '../../model/network.js';
import { namespaceState } from '../../model/kernel-view.js';
import type { World } from '../../model/world.js';
import { networksOf } from '../routes/shared-network.js';

/** From where the name server of the engine asks on for a container. */
export type DnsPath =
  /** From the container's own namespace: routed like everything else. */
  | 'container'
  /** From the host's: past every route in the container. */
  | 'host'
  /** Nowhere: the container cannot be asked for. */
  | 'unknown';

function isLoopback(server: string): boolean {
  return server.startsWith('127.') || server === '::1';
}

/** Networks whose containers ask the engine's own name server, at 127.0.0.11. */
function hasNameServer({ name, driver, internal }: Network): boolean {
  return name !== 'bridge' && driver !== 'null' && driver !== 'host' && !internal;
}

/** By version, for a container without servers of its own on a network of the user's (kernel facts, section 3). */
function inheritedPath(engine: EngineInfo, servers: readonly string[], hasIpv6: boolean): DnsPath {
  if (engine.kind === 'podman' || versionAtLeast(engine.version, '28.0')) return 'host';
  if (servers.some(isLoopback)) return 'host';
  const since26 = versionAtLeast(engine.version, '26.0');
  const isUnreachable = (server: string): boolean =>
    server.includes('%') || (server.includes(':') && !hasIpv6);
  return since26 && servers.some(isUnreachable) ? 'host' : 'container';
}

/** Which way the name lookups of a container take. */
export function dnsPath(container: Container, details: ContainerDetails, world: World): DnsPath {
  const networks = networksOf(container, world.networks);
  // On the engine's default bridge the program asks by itself, and on internal networks nobody does for it.
  if (!networks.some(hasNameServer)) return 'container';
  const known = namespaceState(world.kernel, container.id)?.externalServers;
  if (known) return known.some(({ fromHost }) => fromHost) ? 'host' : 'container';
  if (details.dns.length > 0 && world.engine.kind === 'docker') return 'container';
  const { host } = world.kernel ?? {};
  if (!host) return 'unknown';
  const hasIpv6 = container.endpoints.some(({ ipv6 }) => ipv6 !== undefined);
  return inheritedPath(world.engine, host.nameServers, hasIpv6);
}
