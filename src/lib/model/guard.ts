/** A network that only its warps may send out of. */
export interface GuardedNetwork {
  /** Without an ID where an earlier step creates it. */
  readonly network: { readonly name: string; readonly id?: string };
  /** Its bridge where an option names it; else it follows from the ID, which is another one after a recreation. */
  readonly bridge?: string;
  /** Addresses of its warps on it, sorted: the only sources that may begin a connection outwards. */
  readonly warps: readonly string[];
}

/** A guarded network whose bridge is known: what a step has written. */
export type WrittenBridge = GuardedNetwork & Required<Pick<GuardedNetwork, 'bridge'>>;

/** What is in force for one bridge. */
export interface GuardedBridge {
  readonly bridge: string;
  readonly warps: readonly string[];
}

/** The guard's table as it is in the host's namespace. */
export interface GuardState {
  /** False where somebody changed the table: it is then written anew. */
  readonly whole: boolean;
  readonly bridges: readonly (GuardedBridge & {
    /** Packets held back since the table was last written. */
    readonly dropped: number;
  })[];
}

/** The bridge of a network: named by an option, or after the network's ID. */
export function bridgeOf(network: {
  readonly id: string;
  readonly options: Readonly<Record<string, string>>;
}): string {
  return network.options['com.docker.network.bridge.name'] ?? `br-${network.id.slice(0, 12)}`;
}
