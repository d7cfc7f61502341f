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

export interface Pools {
  readonly pools: readonly AddressPool[];
  /** What cannot be placed, or not twice; a sentence each. */
  readonly problems: readonly string[];
}

class PoolBuilder {
  readonly pools: MutablePool[];
  readonly problems: string[] = [];
  readonly #readable: boolean;

  constructor(subnets: readonly string[]) {
    this.pools = subnets.map(subnet => ({ subnet }));
    this.#readable = subnets.every(subnet => parsePrefix(subnet).ok);
  }

  /** The subnet an address belongs to. Where there is one subnet only it is that one: a check tells what is wrong. */
  #poolFor(text: string, flag: string): MutablePool | undefined {
    const { pools } = this;
    const found = pools.find(pool => holds(pool.subnet, text)) ?? (pools.length === 1 ? pools[0] : undefined);
    if (found) return found;
    if (pools.length === 0) this.problems.push(`${flag} ${text} needs a --subnet.`);
    // It may well be in the subnet that cannot be read, which is told anyway.
    else if (this.#readable) this.problems.push(`${flag} ${text} is in none of the subnets given.`);
    return undefined;
  }

  place(key: 'gateway' | 'ipRange', flag: string, text: string): void {
    const pool = this.#poolFor(text, flag);
    if (pool?.[key] === undefined) {
      if (pool) pool[key] = text;
      return;
    }
    this.problems.push(`Subnet ${pool.subnet ?? ''} can have one ${flag} only: ${pool[key]}, ${text}.`);
  }

  reserve(entry: string): void {
    const flag = '--aux-address';
    const cut = entry.indexOf('=');
    if (cut < 1) {
      this.problems.push(`${flag} ${entry} should read NAME=ADDRESS.`);
      return;
    }
    const [name, address] = [entry.slice(0, cut), entry.slice(cut + 1)];
    const pool = this.#poolFor(address, flag);
    if (!pool) return;
    const reserved = pool.auxAddresses?.[name];
    if (reserved !== undefined) {
      this.problems.push(`${flag}: ${name} is given two addresses, ${reserved} and ${address}.`);
    }
    pool.auxAddresses = { ...pool.auxAddresses, [name]: address };
  }
}

/** Pools out of flags, and what makes none: an address that belongs to no subnet, or a second one of its kind. */
export function poolsFrom(flags: AddressFlags): Pools {
  const builder = new PoolBuilder(flags.subnets);
  for (const gateway of flags.gateways) builder.place('gateway', '--gateway', gateway);
  for (const ipRange of flags.ipRanges) builder.place('ipRange', '--ip-range', ipRange);
  for (const entry of flags.auxAddresses) builder.reserve(entry);
  return { pools: builder.pools, problems: builder.problems };
}
