import type { Family } from './routing.js';

/** A program that keeps the firewall rules of a namespace. */
export type FirewallBackend = 'iptables-nft' | 'iptables-legacy' | 'nft';

/** A chain through which forwarded packets pass and that drops what no rule of it accepts. */
export interface DroppingChain {
  readonly family: Family;
  readonly backend: FirewallBackend;
}

/** NAT and forwarding that Fairlead sets up in a warp. */
export interface WarpNat {
  /** The addresses it is for, sorted: those of its targets on the networks they share. */
  readonly targets: readonly string[];
  /** The tunnel device that everything has to leave by; absent: the warp has none. */
  readonly tunnel?: string;
}

/** What a warp does with the packets of others. */
export interface WarpSide {
  /** Devices that look like the way out of a VPN, by their kind (tun, wireguard and the like). Sorted. */
  readonly tunnels: readonly string[];
  /** Families in which somebody else than Fairlead already rewrites the source of what is forwarded. */
  readonly masquerades: readonly Family[];
  /** Chains of somebody else that drop what is forwarded unless a rule accepts it. */
  readonly dropping: readonly DroppingChain[];
  /** Families in which there are rules of legacy iptables that nobody could read: its program is not on the host. */
  readonly unreadLegacy?: readonly Family[];
  /** Whether the segment size of forwarded TCP connections is fitted to the tunnel. */
  readonly clampsSegments: boolean;
  /** What Fairlead has set up here, as far as it is whole. */
  readonly nat?: WarpNat;
  /** The tunnel that what Fairlead has set up here is bound to, whole or not, and whether or not it is there. */
  readonly knownTunnel?: string;
  /** Whether anything at all of Fairlead's is here. */
  readonly hasOwn: boolean;
}
