import type { AddressPool, Network, NetworkSpec } from '../model/network.js';
import type { FieldDrift } from '../model/plan.js';
import { canonicalAddress, parseAddress } from '../net/address.js';
import { canonicalPrefix, parsePrefix } from '../net/prefix.js';

/** How a network differs from its declaration. */
export interface Drift {
  /** What takes a new network to change. */
  readonly fields: readonly FieldDrift[];
  /** Labels only: nothing behaves otherwise because of them. */
  readonly labels: readonly FieldDrift[];
}

type TextMap = Readonly<Record<string, string>>;

function compareField<T extends string | boolean>(
  field: string,
  declared: T | undefined,
  actual: T | undefined,
): FieldDrift[] {
  if (declared === undefined || declared === actual) return [];
  return [{ field, declared: String(declared), actual: actual === undefined ? '(none)' : String(actual) }];
}

/** Declared entries must be there; what the engine or another tool added beside them is theirs (fact E16). */
function compareEntries(field: string, declared: TextMap | undefined, actual: TextMap): FieldDrift[] {
  return Object.entries(declared ?? {}).flatMap(([key, value]) =>
    actual[key] === value
      ? []
      : [{ field: `${field}.${key}`, declared: value, actual: actual[key] ?? '(none)' }],
  );
}

/** What is left out of a pool is the engine's to choose, and some engines tell it only after a restart. */
function poolCovers(declared: AddressPool, actual: AddressPool): boolean {
  const aux = Object.entries(declared.auxAddresses ?? {});
  return (
    (declared.subnet === undefined || samePrefix(declared.subnet, actual.subnet)) &&
    (declared.ipRange === undefined || samePrefix(declared.ipRange, actual.ipRange)) &&
    (declared.gateway === undefined || sameGateway(declared.gateway, actual)) &&
    aux.every(([name, value]) => address(actual.auxAddresses?.[name]) === address(value))
  );
}

const address = (text: string | undefined): string | undefined => text && canonicalAddress(text);

/**
 * Until a restart, engines do not tell a gateway that they chose themselves: the first address of the subnet, or
 * of the range where there is one.
 */
function sameGateway(declared: string, actual: AddressPool): boolean {
  if (actual.gateway !== undefined) return address(declared) === address(actual.gateway);
  const subnet = parsePrefix(canonicalPrefix(actual.ipRange ?? actual.subnet ?? ''));
  const gateway = parseAddress(declared);
  if (!subnet.ok || !gateway.ok) return false;
  const chosen = actual.ipRange === undefined ? subnet.prefix.first + 1n : subnet.prefix.first;
  return gateway.address.value === chosen;
}

function samePrefix(declared: string, actual: string | undefined): boolean {
  return actual !== undefined && canonicalPrefix(declared) === canonicalPrefix(actual);
}

function describePool(pool: AddressPool): string {
  const aux = Object.entries(pool.auxAddresses ?? {}).map(([name, address]) => `${name}=${address}`);
  return [
    pool.subnet ?? '(any subnet)',
    pool.gateway !== undefined && `gateway ${pool.gateway}`,
    pool.ipRange !== undefined && `range ${pool.ipRange}`,
    aux.length > 0 && `reserved ${aux.join(', ')}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** The pool that a declared one should be: same subnet, or else the same family. */
function counterpart(declared: AddressPool, pools: readonly AddressPool[]): AddressPool | undefined {
  const isV6 = (pool: AddressPool): boolean => pool.subnet?.includes(':') ?? false;
  return (
    pools.find(pool => declared.subnet !== undefined && samePrefix(declared.subnet, pool.subnet)) ??
    pools.find(pool => isV6(pool) === isV6(declared))
  );
}

/** Pools compare as a set: engines report them in one order before a restart and in another after it. */
function comparePools(declared: readonly AddressPool[], actual: readonly AddressPool[]): FieldDrift[] {
  return declared.flatMap(pool => {
    if (actual.some(candidate => poolCovers(pool, candidate))) return [];
    const instead = counterpart(pool, actual);
    return [
      {
        field: 'ipam.config',
        declared: describePool(pool),
        actual: instead ? describePool(instead) : '(none)',
      },
    ];
  });
}

/**
 * Where a network differs from what was declared of it. Only what the owner specified is compared: engines fill
 * in gateways, options and address pools, and each version does it in its own way (engine fact E15).
 */
export function compareNetwork(spec: NetworkSpec, network: Network): Drift {
  // A config-only network has no driver of its own: the engine reports "null" whatever was asked for.
  const driver = spec.configOnly === true ? undefined : spec.driver;
  return {
    fields: [
      ...compareField('driver', driver, network.driver),
      ...compareField('internal', spec.internal, network.internal),
      ...compareField('attachable', spec.attachable, network.attachable),
      ...compareField('enable_ipv4', spec.enableIpv4, network.enableIpv4),
      ...compareField('enable_ipv6', spec.enableIpv6, network.enableIpv6),
      ...compareField('config_only', spec.configOnly, network.configOnly),
      ...compareField('config_from', spec.configFrom, network.configFrom),
      ...compareField('ipam.driver', spec.ipam?.driver, network.ipam.driver),
      ...compareEntries('ipam.options', spec.ipam?.options, network.ipam.options),
      ...comparePools(spec.ipam?.pools ?? [], network.ipam.pools),
      ...compareEntries('driver_opts', spec.options, network.options),
    ],
    labels: compareEntries('labels', spec.labels, network.labels),
  };
}
