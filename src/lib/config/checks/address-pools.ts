import type { AddressPool, NetworkSpec } from '../../model/network.js';
import { overlaps, parsePrefix, type Prefix } from '../../net/prefix.js';
import { reservedIn } from '../../net/reserved.js';
import { badPrefix, checkPoolAddresses } from './pool-addresses.js';
import { type SpecProblem, specError, specWarning } from '../spec-problem.js';

type Path = SpecProblem['path'];

/** The address pools of a network: each for itself, and against one another. */
export function checkAddressPools(spec: NetworkSpec): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const subnets: Prefix[] = [];
  for (const [index, pool] of (spec.ipam?.pools ?? []).entries()) {
    const path = ['ipam', 'config', index];
    const reading = pool.subnet === undefined ? undefined : parsePrefix(pool.subnet);
    if (pool.subnet === undefined || !reading) {
      problems.push(withoutSubnet(pool, path));
    } else if (reading.ok) {
      const subnet = reading.prefix;
      problems.push(
        ...checkSubnet(subnet, [...path, 'subnet']),
        ...checkPoolAddresses(pool, subnet, path),
        ...checkAgainst(subnet, subnets, spec, [...path, 'subnet']),
      );
      subnets.push(subnet);
    } else {
      problems.push(badPrefix(pool.subnet, reading, [...path, 'subnet']));
    }
  }
  return problems;
}

function withoutSubnet(pool: AddressPool, path: Path): SpecProblem {
  const allowed = 'a subnet such as 10.128.7.0/24 beside it';
  const dependent = dependentKey(pool);
  if (dependent === undefined)
    return specError(path, 'the entry has no subnet and so asks for nothing', { allowed });
  return specError([...path, dependent], `${dependent} is given without the subnet it lies in`, { allowed });
}

function dependentKey(pool: AddressPool): string | undefined {
  if (pool.gateway !== undefined) return 'gateway';
  if (pool.ipRange !== undefined) return 'ip_range';
  return Object.keys(pool.auxAddresses ?? {}).length > 0 ? 'aux_addresses' : undefined;
}

function checkSubnet(subnet: Prefix, path: Path): SpecProblem[] {
  const reserved = reservedIn(subnet);
  if (reserved)
    return [specError(path, `${subnet.text} holds ${reserved}: no container can have an address there`)];
  // Two addresses go to the network and its broadcast, one to the gateway.
  const room = subnet.last - subnet.first + 1n;
  return room < 4n ? [specWarning(path, `${subnet.text} leaves no address for a container`)] : [];
}

function checkAgainst(
  subnet: Prefix,
  earlier: readonly Prefix[],
  spec: NetworkSpec,
  path: Path,
): SpecProblem[] {
  const overlapped = earlier.find(other => overlaps(other, subnet));
  if (overlapped) return [specError(path, `${subnet.text} overlaps ${overlapped.text} of the same network`)];
  const sameFamily = earlier.find(other => other.family === subnet.family);
  if (!sameFamily || (spec.driver ?? 'bridge') !== 'bridge') return [];
  const message = `a bridge network has only one IPv${String(subnet.family)} subnet, and ${sameFamily.text} is given already`;
  return [specError(path, message)];
}
