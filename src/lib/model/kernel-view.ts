import type { ExitCode } from './errors.js';
import type { GuardState } from './guard.js';
import type { NamespaceReading, NamespaceState } from './namespace.js';

/** What was read of the host's own network namespace. */
export interface HostNetworking {
  /** Absent: there is no table of ours. */
  readonly guard?: GuardState;
  /** Names of all interfaces: a bridge that is not among them is in another namespace than this. */
  readonly interfaces: readonly string[];
  /** MAC addresses of the bridges, by name; absent where they could not be read. */
  readonly bridgeMacs?: Readonly<Record<string, string>>;
  /** Whether bridged packets pass through the host's firewall (`net.bridge.bridge-nf-call-iptables`). */
  readonly filtersBridged: boolean;
  /** Set where nftables' program is missing: no guard, NAT or marking of replies without it. */
  readonly lacksNft?: true;
  /** Name servers of the host's resolv.conf. */
  readonly nameServers: readonly string[];
}

/** Why the kernel that the containers run on cannot be worked on from here. */
export interface OutOfReach {
  readonly code: string;
  readonly why: string;
  readonly hints: readonly string[];
  readonly exit: ExitCode;
  /** Set where neither rights nor programs are missing: the next look may well succeed. */
  readonly passing?: true;
}

/** What was read of the kernel that the engine's containers run on. */
export interface KernelView {
  /** Set where nothing could be read: all else is then empty. */
  readonly outOfReach?: OutOfReach;
  readonly host?: HostNetworking;
  /** By container ID; a container that is not in it was not asked for. */
  readonly namespaces: ReadonlyMap<string, NamespaceReading>;
  /** IDs of containers in whose namespaces something of ours was found. */
  readonly holders: ReadonlySet<string>;
}

/** What was read of a container's namespace; `undefined` where it was not asked for, is gone or could not be read. */
export function namespaceState(kernel: KernelView | undefined, id: string): NamespaceState | undefined {
  const reading = kernel?.namespaces.get(id);
  return reading?.read === 'state' ? reading.state : undefined;
}

/** Whether something could not be read for a reason that may be over in a moment. */
export function mayBeReadAgain({ outOfReach, namespaces }: KernelView): boolean {
  if (outOfReach) return outOfReach.passing === true;
  return [...namespaces.values()].some(reading => {
    if (reading.read === 'state') return reading.outdated !== undefined;
    return reading.read === 'unreadable' && reading.passing === true;
  });
}
