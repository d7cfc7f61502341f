import type { GuardState, GuardedBridge } from '../model/guard.js';
import type { HostNetworking } from '../model/kernel-view.js';
import type { ContainerProcess, NamespaceReading } from '../model/namespace.js';
import type { RoutingChange } from '../model/routing.js';
import type { WarpNat } from '../model/warp-side.js';

/**
 * Asks the engine once more which process a container has: between an inspect and the moment its namespace is open,
 * a PID may have gone to somebody else. Gives undefined where it runs no more.
 */
export type ConfirmProcess = () => Promise<ContainerProcess | undefined>;

/** What to read of a namespace beside the routing. */
export interface NamespaceQuestion {
  /** Also what it does with the packets of others. */
  readonly warpSide: boolean;
  /** The engine's file of its resolv.conf, where it is to be known whom the engine asks for names. */
  readonly resolverFile?: string;
}

/**
 * What Fairlead asks of the kernel that the containers run on, and no more. Every call may throw a KernelError, and
 * touches no namespace that is the host's own, but for the guard's table.
 */
export interface Kernel {
  /** Throws where rights or tools are missing for the work to be done, with all that is missing in one message. */
  check(signal?: AbortSignal): Promise<void>;
  readHost(signal?: AbortSignal): Promise<HostNetworking>;
  /** The guard's table alone; undefined where there is none. */
  readGuard(signal?: AbortSignal): Promise<GuardState | undefined>;
  /** IDs of the containers in whose namespaces anything of ours is. Starts no process. */
  findHolders(): Promise<ReadonlySet<string>>;
  readNamespace(
    process: ContainerProcess,
    question: NamespaceQuestion,
    signal?: AbortSignal,
  ): Promise<NamespaceReading>;
  /** Applies the changes in order; what was done before one that fails stays done. */
  changeRouting(
    process: ContainerProcess,
    changes: readonly RoutingChange[],
    confirm: ConfirmProcess,
  ): Promise<void>;
  /** Without NAT given, removes all that is ours on a warp's side. */
  setNat(process: ContainerProcess, nat: WarpNat | undefined, confirm: ConfirmProcess): Promise<void>;
  /** Replaces the guard's table as a whole, in one transaction, and writes it down for the next boot; no bridge: none. */
  setGuard(bridges: readonly GuardedBridge[]): Promise<void>;
  /**
   * Writes down the guard that was found in force for the next boot, unless this process has done so already. Without
   * bridges given, only what could not be written before is tried again. Never throws.
   */
  keepForBoot(bridges: readonly GuardedBridge[] | undefined): Promise<void>;
}
