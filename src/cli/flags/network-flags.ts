import { Flags } from '@oclif/core';
import type { NetworkSpec } from '../../lib/model/network.js';
import { poolsFrom } from '../../lib/networks/address-flags.js';

/** The definition of a network as flags, named as those of `docker network create`. */
export const networkFlags = {
  driver: Flags.string({ char: 'd', summary: 'Driver, such as bridge, macvlan or overlay.' }),
  subnet: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Subnet in CIDR notation.',
    helpValue: 'CIDR',
  }),
  gateway: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Gateway of a subnet.',
    helpValue: 'ADDRESS',
  }),
  'ip-range': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Part of a subnet that addresses are given from.',
    helpValue: 'CIDR',
  }),
  'aux-address': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Address to keep free for a host.',
    helpValue: 'NAME=ADDRESS',
  }),
  ipv4: Flags.boolean({ allowNo: true, summary: 'IPv4 addresses (--no-ipv4 takes Engine 28.0).' }),
  ipv6: Flags.boolean({ allowNo: true, summary: 'IPv6 addresses.' }),
  internal: Flags.boolean({ allowNo: true, summary: 'No way out of the network.' }),
  attachable: Flags.boolean({ allowNo: true, summary: 'Containers may attach to this swarm network.' }),
  label: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Label of the network.',
    helpValue: 'KEY=VALUE',
  }),
  opt: Flags.string({
    char: 'o',
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Driver option.',
    helpValue: 'KEY=VALUE',
  }),
  'ipam-driver': Flags.string({ summary: 'Driver of address management.' }),
  'ipam-opt': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Its options.',
    helpValue: 'KEY=VALUE',
  }),
  'config-only': Flags.boolean({ allowNo: true, summary: 'A definition for other networks only.' }),
  'config-from': Flags.string({ summary: 'Network to take the definition from.', helpValue: 'NETWORK' }),
};

interface NetworkFlagValues {
  readonly driver?: string | undefined;
  readonly subnet?: string[] | undefined;
  readonly gateway?: string[] | undefined;
  readonly 'ip-range'?: string[] | undefined;
  readonly 'aux-address'?: string[] | undefined;
  readonly ipv4?: boolean | undefined;
  readonly ipv6?: boolean | undefined;
  readonly internal?: boolean | undefined;
  readonly attachable?: boolean | undefined;
  readonly label?: string[] | undefined;
  readonly opt?: string[] | undefined;
  readonly 'ipam-driver'?: string | undefined;
  readonly 'ipam-opt'?: string[] | undefined;
  readonly 'config-only'?: boolean | undefined;
  readonly 'config-from'?: string | undefined;
}

/** `KEY=VALUE` entries; a key without value has the empty one. */
function entries(flag: string, values: readonly string[], problems: string[]): Record<string, string> {
  return Object.fromEntries(
    values.flatMap(entry => {
      const cut = entry.indexOf('=');
      if (cut === 0 || entry === '') {
        problems.push(`${flag} ${entry} should read KEY=VALUE.`);
        return [];
      }
      return [cut < 0 ? [entry, ''] : [entry.slice(0, cut), entry.slice(cut + 1)]];
    }),
  );
}

export interface DeclaredNetwork {
  /** What the flags declare but for the name; what is not given is not declared. */
  readonly definition: Omit<NetworkSpec, 'name'>;
  /** What the flags say and cannot mean; a sentence each. */
  readonly problems: readonly string[];
}

export function networkFrom(flags: NetworkFlagValues): DeclaredNetwork {
  const { pools, problems: misplaced } = poolsFrom({
    subnets: flags.subnet ?? [],
    gateways: flags.gateway ?? [],
    ipRanges: flags['ip-range'] ?? [],
    auxAddresses: flags['aux-address'] ?? [],
  });
  const problems = [...misplaced];
  const driver = flags['ipam-driver'];
  const options = flags['ipam-opt'];
  const hasIpam = pools.length > 0 || driver !== undefined || options !== undefined;
  const definition = {
    ...(flags.driver !== undefined && { driver: flags.driver }),
    ...(flags.opt && { options: entries('--opt', flags.opt, problems) }),
    ...(flags.internal !== undefined && { internal: flags.internal }),
    ...(flags.attachable !== undefined && { attachable: flags.attachable }),
    ...(flags.ipv4 !== undefined && { enableIpv4: flags.ipv4 }),
    ...(flags.ipv6 !== undefined && { enableIpv6: flags.ipv6 }),
    ...(hasIpam && {
      ipam: {
        ...(driver !== undefined && { driver }),
        ...(options && { options: entries('--ipam-opt', options, problems) }),
        ...(pools.length > 0 && { pools }),
      },
    }),
    ...(flags.label && { labels: entries('--label', flags.label, problems) }),
    ...(flags['config-only'] !== undefined && { configOnly: flags['config-only'] }),
    ...(flags['config-from'] !== undefined && { configFrom: flags['config-from'] }),
  };
  return { definition, problems };
}
