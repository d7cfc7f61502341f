import type { AddressPool, Network } from '../model/network.js';
import { type Address, canonicalAddress, parseAddress } from '../net/address.js';
import { canonicalPrefix, containsAddress, parsePrefix, type Prefix } from '../net/prefix.js';
import type { WantedMembership } from './wanted.js';

interface Subnet {
  readonly prefix: Prefix;
  readonly pool: AddressPool;
}

/** Engine 20.10 echoes subnets as they were typed, host bits and all (fact E18). */
function prefixOf(text: string): Prefix | undefined {
  const reading = parsePrefix(canonicalPrefix(text));
  return reading.ok ? reading.prefix : undefined;
}

function subnetsOf(network: Network, family: 4 | 6): Subnet[] {
  const enabled = family === 4 ? network.enableIpv4 : network.enableIpv6;
  return (enabled ? network.ipam.pools : []).flatMap(pool => {
    const prefix = pool.subnet === undefined ? undefined : prefixOf(pool.subnet);
    return prefix?.family === family ? [{ prefix, pool }] : [];
  });
}

/**
 * Whether an address is the gateway's. Where none is reported (engines tell a gateway they chose themselves only
 * after their next start) it is the first of the range that addresses are given from.
 */
function isGateway(address: Address, { prefix, pool }: Subnet, network: Network): boolean {
  if (pool.gateway !== undefined) return canonicalAddress(pool.gateway) === address.text;
  if (network.driver !== 'bridge') return false;
  const range = (pool.ipRange === undefined ? undefined : prefixOf(pool.ipRange)) ?? prefix;
  return address.value === (range.first === prefix.first ? prefix.first + 1n : range.first);
}

function isEdge({ family, value }: Address, { prefix }: Subnet): boolean {
  if (prefix.last - prefix.first < 2n) return false;
  return value === prefix.first || (family === 4 && value === prefix.last);
}

function familyFault(text: string, family: 4 | 6, network: Network): string | undefined {
  const reading = parseAddress(text);
  if (!reading.ok) return `${text} ${reading.why}`;
  const { address } = reading;
  if (address.family !== family) return `${text} is no IPv${String(family)} address`;
  // One that is yet to be made from a config-only network: its subnets are not known before.
  if (network.configFrom !== undefined && network.ipam.pools.length === 0) return undefined;
  const subnets = subnetsOf(network, family);
  if (subnets.length === 0) {
    return `${address.text} cannot be given: ${network.name} has no configured IPv${String(family)} subnet`;
  }
  const subnet = subnets.find(({ prefix }) => containsAddress(prefix, address));
  if (!subnet) {
    const known = subnets.map(({ prefix }) => prefix.text).join(', ');
    return `${address.text} is outside ${network.name}'s subnet ${known}`;
  }
  if (isEdge(address, subnet)) return `${address.text} is no host's address in ${subnet.prefix.text}`;
  if (isGateway(address, subnet, network)) return `${address.text} is the gateway of ${network.name}`;
  const aux = Object.entries(subnet.pool.auxAddresses ?? {}).find(
    ([, reserved]) => canonicalAddress(reserved) === address.text,
  );
  return aux && `${address.text} is kept for ${aux[0]} in ${network.name} (auxiliary address)`;
}

/**
 * Why a declared address cannot be given on a network, whoever asks. Checked before the engine is asked: 20.10 takes
 * any for a stopped container, which then cannot start, and Podman is damaged by a refusal (engine-networks 2.11).
 */
export function addressFault({ ipv4, ipv6 }: WantedMembership, network: Network): string | undefined {
  return (
    (ipv4 === undefined ? undefined : familyFault(ipv4, 4, network)) ??
    (ipv6 === undefined ? undefined : familyFault(ipv6, 6, network))
  );
}

/** The addresses that a membership asks for, in canonical form. */
export function addressesOf({ ipv4, ipv6 }: Pick<WantedMembership, 'ipv4' | 'ipv6'>): string[] {
  return [ipv4, ipv6].flatMap(address => (address === undefined ? [] : canonicalAddress(address)));
}
