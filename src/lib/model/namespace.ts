import type { RoutingState } from './routing.js';
import type { WarpSide } from './warp-side.js';

/** A network interface in a container's namespace. */
export interface Link {
  readonly name: string;
  /** Lower case, with colons. */
  readonly mac?: string;
  /** Kind of device (`veth`, `wireguard`, `tun`, …), where the kernel tells. */
  readonly kind?: string;
  /** Without prefix length. */
  readonly addresses: readonly string[];
}

/** The switches of a namespace that decide whether routing through another container works. */
export interface Sysctls {
  readonly ipv4Forwarding: boolean;
  readonly ipv6Forwarding: boolean;
  /** Whether IPv6 is switched off for all interfaces. */
  readonly ipv6Disabled: boolean;
  /** Of any interface that there is or may come. */
  readonly acceptRedirects: boolean;
  readonly sendRedirects: boolean;
  /** The strictest reverse path filter of any interface: 0 off, 1 strict, 2 loose. */
  readonly reversePathFilter: 0 | 1 | 2;
  readonly srcValidMark: boolean;
  /** Whether a TCP connection that is accepted has the mark of the packet that it began with (`tcp_fwmark_accept`). */
  readonly acceptsMarks: boolean;
  /** Set where it does not, and cannot be told to from here: /proc/sys is read-only, as in a container. */
  readonly lacksMarkSwitch?: true;
}

/** A name server that the engine asks for a container. */
export interface ExternalServer {
  readonly address: string;
  /** Asked from the host's namespace, and so past whatever is routed in the container's. */
  readonly fromHost: boolean;
}

/** What was read of a container's network namespace. */
export interface NamespaceState {
  /** Inode number of the namespace: containers that share it share its routing. */
  readonly inode: number;
  readonly routing: RoutingState;
  /** Set where the kernel was started without IPv6: there is nothing to route, and a rule for it is an error. */
  readonly lacksIpv6?: true;
  readonly links: readonly Link[];
  readonly sysctls: Sysctls;
  /** What the engine has noted of the name servers it asks (since 26.0), where that was asked for. */
  readonly externalServers?: readonly ExternalServer[];
  /** Read where the container is a warp. */
  readonly warpSide?: WarpSide;
}

/** `unreadable` is never taken for "has nothing". */
export type NamespaceReading =
  | {
      readonly read: 'state';
      readonly state: NamespaceState;
      /** Set where it could not be read this time, and why: this is what was read before, of the same run. */
      readonly outdated?: string;
    }
  /** It runs no more, or runs anew: the next look will tell. */
  | { readonly read: 'gone' }
  /** It is the host's own, whatever the engine said. */
  | { readonly read: 'host' }
  | {
      readonly read: 'unreadable';
      readonly why: string;
      /** Set where the next look may well succeed. */
      readonly passing?: true;
    };

/** A container's process at one moment; a restart gives it another one, and another namespace. */
export interface ContainerProcess {
  readonly id: string;
  readonly name: string;
  /** Never 0. */
  readonly pid: number;
  /** The engine's time stamp of the start: with the PID it tells one run from another. */
  readonly startedAt: string;
}
