import { isIPv6 } from 'node:net';

/** Packets that came in from outside's only neighbour, by where from and where to. */
export interface Arrival {
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'fragment';
  /** Destination port; 0 for an echo request, and for any but the first fragment of a datagram. */
  readonly port: number;
  readonly packets: number;
}

/** Datagrams to these ports are counted and answered by nothing, not even by an ICMP error. */
export const sinkPort = 9000;

/** Without connection tracking, so that fragments stay what they are. */
export const ruleset = `
table inet outside {
  set ports4 { typeof ip saddr . ip daddr . meta l4proto . th dport; size 65535; flags dynamic; counter; }
  set ports6 { typeof ip6 saddr . ip6 daddr . meta l4proto . th dport; size 65535; flags dynamic; counter; }
  set pings4 { typeof ip saddr . ip daddr; size 65535; flags dynamic; counter; }
  set pings6 { typeof ip6 saddr . ip6 daddr; size 65535; flags dynamic; counter; }
  set fragments4 { typeof ip saddr . ip daddr; size 65535; flags dynamic; counter; }
  chain arrivals {
    type filter hook prerouting priority -450; policy accept;
    iifname != "inside" accept
    ip frag-off & 0x1fff != 0 update @fragments4 { ip saddr . ip daddr } accept
    meta nfproto ipv4 meta l4proto { tcp, udp } update @ports4 { ip saddr . ip daddr . meta l4proto . th dport }
    meta nfproto ipv6 meta l4proto { tcp, udp } update @ports6 { ip6 saddr . ip6 daddr . meta l4proto . th dport }
    icmp type echo-request update @pings4 { ip saddr . ip daddr }
    icmpv6 type echo-request update @pings6 { ip6 saddr . ip6 daddr }
    udp dport ${String(sinkPort)} drop
  }
}
`;

export const forgetting = ['ports4', 'ports6', 'pings4', 'pings6', 'fragments4']
  .map(set => `flush set inet outside ${set}\n`)
  .join('');

type Concatenation = readonly (string | number)[];

interface Listing {
  readonly nftables: readonly {
    readonly set?: {
      readonly name: string;
      readonly elem?: readonly {
        readonly elem: {
          readonly val: { readonly concat: Concatenation };
          readonly counter: { readonly packets: number };
        };
      }[];
    };
  }[];
}

/** From what `nft --json list table` says. */
export function arrivalsOf(json: string): Arrival[] {
  const { nftables } = JSON.parse(json) as Listing;
  return nftables.flatMap(({ set }) =>
    (set?.elem ?? []).map(({ elem: { val, counter } }) => ({
      ...passage(set?.name ?? '', val.concat),
      packets: counter.packets,
    })),
  );
}

function passage(
  set: string,
  [source, destination, protocol = set.startsWith('frag') ? 'fragment' : 'icmp', port = 0]: Concatenation,
): Omit<Arrival, 'packets'> {
  return {
    source: String(source),
    destination: String(destination),
    protocol: protocol as Arrival['protocol'],
    port: Number(port),
  };
}

/** As the kernel writes them; sources of warps are those of their egress network. */
export function isWarps(source: string): boolean {
  return isIPv6(source) ? source.startsWith('fd00:198:18:1:') : source.startsWith('198.18.1.');
}
