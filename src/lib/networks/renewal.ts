import { type EngineInfo, hasIpv4Switch } from '../model/engine-info.js';
import type { AddressPool, Network, NetworkSpec } from '../model/network.js';
import { managedLabel } from '../model/ownership.js';

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
  if (configFrom !== undefined) return { name, driver, configFrom };
  const { options, internal, attachable, enableIpv6, ipam } = network;
  // It has no driver of its own: the engine reports "null".
  if (configOnly) return { name, options, internal, attachable, enableIpv6, ipam, labels, configOnly };
  return definitionOf(network, engine);
}

const isV6 = (pool: AddressPool): boolean => pool.subnet?.includes(':') ?? false;

/**
 * Declared pools, and for a family of which none is declared the one there is: an engine left to choose takes
 * another subnet each time, and members with addresses of their own could not return.
 */
function renewedPools(declared: readonly AddressPool[], actual: readonly AddressPool[]): AddressPool[] {
  const kept = actual.filter(pool => !declared.some(other => isV6(other) === isV6(pool)));
  return [...declared, ...kept];
}

/** The definition a network gets when it is recreated: what is declared, and what was not declared as it was. */
export function renewedSpec(declared: NetworkSpec, network: Network, engine: EngineInfo): NetworkSpec {
  const labels = { ...network.labels, ...declared.labels, [managedLabel]: 'true' };
  if (declared.configFrom !== undefined) return declared;
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
