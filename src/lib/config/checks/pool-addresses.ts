import type { AddressPool } from '../../model/network.js';
import { type Address, parseAddress } from '../../net/address.js';
import { containsAddress, containsPrefix, parsePrefix, type Prefix } from '../../net/prefix.js';
import { type SpecProblem, specError, suggesting } from '../spec-problem.js';

type Path = SpecProblem['path'];

/** What a pool places inside its subnet: gateway, range, reserved addresses. */
export function checkPoolAddresses(pool: AddressPool, subnet: Prefix, path: Path): SpecProblem[] {
  return [
    ...checkGateway(pool, subnet, [...path, 'gateway']),
    ...checkIpRange(pool, subnet, [...path, 'ip_range']),
    ...checkAuxAddresses(pool, subnet, [...path, 'aux_addresses']),
  ];
}

export function badPrefix(
  text: string,
  refusal: { readonly why: string; readonly suggestion?: string },
  path: Path,
): SpecProblem {
  const allowed = 'ADDRESS/LENGTH such as 10.128.7.0/24 or fd00:7::/64';
  return specError(path, `"${text}" ${refusal.why}`, { allowed, ...suggesting(refusal.suggestion) });
}

/** An address that a container or gateway can have in a subnet, or what is wrong with it. */
function readHost(text: string, subnet: Prefix, path: Path): Address | SpecProblem {
  const reading = parseAddress(text);
  if (!reading.ok) {
    const allowed = `an address in ${subnet.text}`;
    return specError(path, `"${text}" ${reading.why}`, { allowed, ...suggesting(reading.suggestion) });
  }
  const { address } = reading;
  const edges = subnet.family === 4 ? 'first and last' : 'first';
  const allowed = `an address in ${subnet.text} other than the ${edges}`;
  if (!containsAddress(subnet, address))
    return specError(path, `${address.text} is outside the subnet ${subnet.text}`, { allowed });
  // A /31 or /127 has no network and broadcast address (RFC 3021, RFC 6164).
  if (subnet.last - subnet.first <= 1n) return address;
  if (address.value === subnet.first)
    return specError(path, `${address.text} is the network address of ${subnet.text}`, { allowed });
  if (subnet.family === 4 && address.value === subnet.last)
    return specError(path, `${address.text} is the broadcast address of ${subnet.text}`, { allowed });
  return address;
}

function checkGateway(pool: AddressPool, subnet: Prefix, path: Path): SpecProblem[] {
  if (pool.gateway === undefined) return [];
  const host = readHost(pool.gateway, subnet, path);
  return 'severity' in host ? [host] : [];
}

function checkIpRange(pool: AddressPool, subnet: Prefix, path: Path): SpecProblem[] {
  if (pool.ipRange === undefined) return [];
  const reading = parsePrefix(pool.ipRange);
  if (!reading.ok) return [badPrefix(pool.ipRange, reading, path)];
  if (containsPrefix(subnet, reading.prefix)) return [];
  const allowed = `a part of ${subnet.text}`;
  return [specError(path, `${reading.prefix.text} is not inside the subnet ${subnet.text}`, { allowed })];
}

function checkAuxAddresses(pool: AddressPool, subnet: Prefix, path: Path): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const holders = new Map<string, string>();
  const gateway = parseAddress(pool.gateway ?? '');
  if (gateway.ok) holders.set(gateway.address.text, 'the gateway');
  for (const [name, text] of Object.entries(pool.auxAddresses ?? {})) {
    const host = readHost(text, subnet, [...path, name]);
    if ('severity' in host) {
      problems.push(host);
      continue;
    }
    const holder = holders.get(host.text);
    if (holder) problems.push(specError([...path, name], `${host.text} is already reserved for ${holder}`));
    holders.set(host.text, `"${name}"`);
  }
  return problems;
}
