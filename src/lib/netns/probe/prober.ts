import type { ContainerProcess } from '../../model/namespace.js';
import type { ProbeCounts, ProbePackets } from '../../model/probe.js';

/** What to send from where, and where to look for it. */
export interface Probe {
  readonly target: ContainerProcess;
  readonly packets: ProbePackets;
  readonly warps: readonly { readonly name: string; readonly process: ContainerProcess }[];
  /** MAC addresses of all warps: what comes from there has come through one. */
  readonly warpMacs: readonly string[];
  /** The host's ends of the target's networks. */
  readonly bridges: readonly string[];
}

/** Asks the engine once more which process a container has. */
export type ConfirmAny = (process: ContainerProcess) => Promise<ContainerProcess | undefined>;

/**
 * Sends packets from a container's namespace and counts where they come out. Leaves nothing behind, however it ends.
 * May throw a KernelError.
 */
export interface Prober {
  probe(probe: Probe, confirm: ConfirmAny, signal?: AbortSignal): Promise<ProbeCounts>;
}
