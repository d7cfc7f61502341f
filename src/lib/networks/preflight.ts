import { hasIpv4Switch, versionAtLeast } from '../model/engine-info.js';
import type { EngineInfo } from '../model/engine-info.js';
import type { Network, NetworkSpec } from '../model/network.js';
import { notKeptByPodman } from '../model/podman.js';
import { type Prefix, overlaps, parsePrefix } from '../net/prefix.js';

/** A local network that takes addresses from the same space, so that the engine would refuse an overlap. */
function sharesAddressSpace(network: Network): boolean {
  return network.scope === 'local' && !network.configOnly && network.ipam.driver === 'default';
}

/** A subnet that a network of this engine holds. */
export interface TakenSubnet {
  readonly network: Network;
  readonly prefix: Prefix;
}

/** The subnets that are taken: read once a plan, for every network that is declared is held against them. */
export function takenSubnets(networks: readonly Network[]): TakenSubnet[] {
  return networks.filter(sharesAddressSpace).flatMap(network =>
    network.ipam.pools.flatMap(({ subnet }) => {
      const reading = parsePrefix(subnet ?? '');
      return reading.ok ? [{ network, prefix: reading.prefix }] : [];
    }),
  );
}

/** How a network's subnets overlap those that are taken, in words. */
export function overlapWith(spec: NetworkSpec, taken: readonly TakenSubnet[]): string | undefined {
  if (spec.configOnly) return undefined;
  for (const { subnet } of spec.ipam?.pools ?? []) {
    const wanted = parsePrefix(subnet ?? '');
    if (!wanted.ok) continue;
    const clash = taken.find(({ prefix }) => overlaps(wanted.prefix, prefix));
    if (clash) {
      return `its subnet ${wanted.prefix.text} overlaps ${clash.prefix.text} of network ${clash.network.name}`;
    }
  }
  return undefined;
}

/** What this engine would ignore without a word, or refuse in words that do not help. */
export function unsupported(spec: NetworkSpec, engine: EngineInfo): string | undefined {
  if (engine.kind === 'podman') return notKeptByPodman(spec)[0]?.why;
  if (spec.enableIpv4 === false && !hasIpv4Switch(engine)) {
    return `enable_ipv4: false takes Engine 28.0 or later; ${engine.version} would ignore it`;
  }
  const subnets = (spec.ipam?.pools ?? []).flatMap(pool => pool.subnet ?? []);
  const lacksIpv6Subnet = spec.enableIpv6 === true && !subnets.some(subnet => subnet.includes(':'));
  if (lacksIpv6Subnet && spec.configFrom === undefined && !versionAtLeast(engine.version, '27.0')) {
    return `IPv6 needs an IPv6 subnet of its own on Engine ${engine.version}: it has no default IPv6 pool`;
  }
  return undefined;
}
