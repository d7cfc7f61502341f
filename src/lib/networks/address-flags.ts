import { UsageError } from '../model/errors.js';
import type { AddressPool } from '../model/network.js';
import { parseAddress } from '../net/address.js';
import { type Prefix, containsAddress, containsPrefix, parsePrefix } from '../net/prefix.js';

/** Addresses as `docker network create` takes them: each goes to the subnet that contains it. */
export interface AddressFlags {
  readonly subnets: readonly string[];
  readonly gateways: readonly string[];
  readonly ipRanges: readonly string[];
  /** `NAME=ADDRESS` */
  readonly auxAddresses: readonly string[];
}

type MutablePool = { -readonly [key in keyof AddressPool]: AddressPool[key] };

function holds(subnet: string | undefined, text: string): boolean {
  const outer = subnet === undefined ? undefined : parsePrefix(subnet);
  if (!outer?.ok) return false;
  const prefix: Prefix = outer.prefix;
  const address = parseAddress(text);
  if (address.ok) return containsAddress(prefix, address.address);
  const range = parsePrefix(text);
  return range.ok && containsPrefix(prefix, range.prefix);
}

/** The subnet an address belongs to. Where there is one subnet only it is that one: a check tells what is wrong. */
function poolFor(pools: MutablePool[], text: string, flag: string): MutablePool {
  const found = pools.find(pool => holds(pool.subnet, text)) ?? (pools.length === 1 ? pools[0] : undefined);
  if (found) return found;
  throw new UsageError(
    pools.length === 0
      ? `${flag} ${text} needs a --subnet.`
      : `${flag} ${text} is in none of the subnets given.`,
  );
}

/** Throws a UsageError for an address that belongs to no subnet, and for a second one of its kind in a subnet. */
export function poolsFrom(flags: AddressFlags): AddressPool[] {
  const pools: MutablePool[] = flags.subnets.map(subnet => ({ subnet }));
  const set = (key: 'gateway' | 'ipRange', flag: string, text: string): void => {
    const pool = poolFor(pools, text, flag);
    if (pool[key] !== undefined) {
      throw new UsageError(`Subnet ${pool.subnet ?? ''} can have one ${flag} only: ${pool[key]}, ${text}.`);
    }
    pool[key] = text;
  };
  for (const gateway of flags.gateways) set('gateway', '--gateway', gateway);
  for (const ipRange of flags.ipRanges) set('ipRange', '--ip-range', ipRange);
  for (const entry of flags.auxAddresses) {
    const cut = entry.indexOf('=');
    if (cut < 1) throw new UsageError(`--aux-address ${entry} should read NAME=ADDRESS.`);
    const address = entry.slice(cut + 1);
    const pool = poolFor(pools, address, '--aux-address');
    pool.auxAddresses = { ...pool.auxAddresses, [entry.slice(0, cut)]: address };
  }
  return pools;
}
