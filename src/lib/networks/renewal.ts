import { type EngineInfo, hasIpv4Switch } from '../model/engine-info.js';
import type { AddressPool, Network, NetworkSpec } from '../model/network.js';
import { canonicalPrefix } from '../net/prefix.js';
import { isOwnNetwork, managedLabel, recreatedLabel } from '../model/ownership.js';

/** All that makes up a network itself, its subnets pinned. */
function definitionOf(network: Network, engine: EngineInfo): NetworkSpec {
  const { name, driver, options, internal, attachable, enableIpv4, enableIpv6, ipam, labels } = network;
  return {
    name,
    driver,
    options,
    internal,
    attachable,
    ...(hasIpv4Switch(engine) && { enableIpv4 }),
    enableIpv6,
    ipam,
    labels,
  };
}

/** The definition that makes a network as it is now: what a recreation falls back to. */
export function specOf(network: Network, engine: EngineInfo): NetworkSpec {
  const { name, labels, driver, configFrom, configOnly } = network;
  // A network made from another takes all else from there; the engine refuses to be told it twice.
  if (configFrom !== undefined) {
    return { name, driver, configFrom, internal: network.internal, attachable: network.attachable };
  }
  const { options, internal, attachable, enableIpv6, ipam } = network;
  // It has no driver of its own: the engine reports "null".
  if (configOnly) return { name, options, internal, attachable, enableIpv6, ipam, labels, configOnly };
  return definitionOf(network, engine);
}

const isV6 = (pool: AddressPool): boolean => pool.subnet?.includes(':') ?? false;

/** A declared pool of a subnet that stays keeps the gateway, range and reserved addresses that nobody declared. */
function renewedPool(declared: AddressPool, actual: readonly AddressPool[]): AddressPool {
  const before = actual.find(
    ({ subnet }) =>
      subnet !== undefined &&
      declared.subnet !== undefined &&
      canonicalPrefix(subnet) === canonicalPrefix(declared.subnet),
  );
  const auxAddresses = { ...before?.auxAddresses, ...declared.auxAddresses };
  return {
    ...before,
    ...declared,
    ...(Object.keys(auxAddresses).length > 0 && { auxAddresses }),
  };
}

/**
 * Declared pools, and for a family of which none is declared the one there is: an engine left to choose takes
 * another subnet each time, and members with addresses of their own could not return.
 */
function renewedPools(declared: readonly AddressPool[], actual: readonly AddressPool[]): AddressPool[] {
  const kept = actual.filter(pool => !declared.some(other => isV6(other) === isV6(pool)));
  return [...declared.map(pool => renewedPool(pool, actual)), ...kept];
}

/** The definition a network gets when it is recreated: what is declared, and what was not declared as it was. */
export function renewedSpec(declared: NetworkSpec, network: Network, engine: EngineInfo): NetworkSpec {
  const mark = isOwnNetwork(network) ? managedLabel : recreatedLabel;
  const labels = { ...network.labels, ...declared.labels, [mark]: 'true' };
  if (declared.configFrom !== undefined) {
    // The engine takes all else from there, but not these.
    return { internal: network.internal, attachable: network.attachable, ...declared };
  }
  if (declared.configOnly === true) return { ...declared, labels };
  const sameDriver = declared.driver === undefined || declared.driver === network.driver;
  const wantsIpv6 = declared.enableIpv6 ?? network.enableIpv6;
  const pools = renewedPools(
    declared.ipam?.pools ?? [],
    network.ipam.pools.filter(pool => wantsIpv6 || !isV6(pool)),
  );
  return {
    ...definitionOf(network, engine),
    ...declared,
    options: { ...(sameDriver && network.options), ...declared.options },
    ipam: {
      driver: declared.ipam?.driver ?? network.ipam.driver,
      options: { ...network.ipam.options, ...declared.ipam?.options },
      pools,
    },
    labels,
  };
}
