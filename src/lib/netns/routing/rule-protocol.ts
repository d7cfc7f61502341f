import type { Family, PolicyRule } from '../../model/routing.js';

type Protocol = NonNullable<PolicyRule['protocol']>;

/** By their numbers and names; ICMP for IPv6 is another protocol than ICMP. */
const protocols: Readonly<
  Record<Protocol, Readonly<Record<Family, { readonly number: number; readonly name: string }>>>
> = {
  tcp: { ipv4: { number: 6, name: 'tcp' }, ipv6: { number: 6, name: 'tcp' } },
  udp: { ipv4: { number: 17, name: 'udp' }, ipv6: { number: 17, name: 'udp' } },
  icmp: { ipv4: { number: 1, name: 'icmp' }, ipv6: { number: 58, name: 'ipv6-icmp' } },
};

/** As `ip` is given it: a number, for names come from the host's /etc/protocols, which a small host has not. */
export function numberOf(family: Family, protocol: Protocol): number {
  return protocols[protocol][family].number;
}

/** What `ip` calls it: `tcp`, or `ipproto-6` with -N and wherever the name is not known. */
export function protocolOf(family: Family, said: unknown): Protocol | undefined {
  const names = Object.keys(protocols) as Protocol[];
  return names.find(name => {
    const { number, name: known } = protocols[name][family];
    return said === known || said === `ipproto-${String(number)}`;
  });
}
