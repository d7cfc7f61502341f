import { hasIpv4Switch, versionAtLeast } from '../model/engine-info.js';
import type { EngineInfo } from '../model/engine-info.js';
import type { Network, NetworkSpec } from '../model/network.js';
import { overlaps, parsePrefix } from '../net/prefix.js';

/** A local network that takes addresses from the same space, so that the engine would refuse an overlap. */
function sharesAddressSpace(network: Network): boolean {
  return network.scope === 'local' && !network.configOnly && network.ipam.driver === 'default';
}

/** How a network's subnets overlap those of others, in words. */
export function overlapWith(spec: NetworkSpec, networks: readonly Network[]): string | undefined {
  if (spec.configOnly) return undefined;
  for (const pool of spec.ipam?.pools ?? []) {
    const wanted = pool.subnet === undefined ? undefined : parsePrefix(pool.subnet);
    if (!wanted?.ok) continue;
    for (const network of networks.filter(sharesAddressSpace)) {
      for (const { subnet } of network.ipam.pools) {
        const taken = subnet === undefined ? undefined : parsePrefix(subnet);
        if (taken?.ok && overlaps(wanted.prefix, taken.prefix)) {
          return `its subnet ${pool.subnet ?? ''} overlaps ${subnet ?? ''} of network ${network.name}`;
        }
      }
    }
  }
  return undefined;
}

/** What this engine would ignore without a word, or refuse in words that do not help. */
export function unsupported(spec: NetworkSpec, engine: EngineInfo): string | undefined {
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
