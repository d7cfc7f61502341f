import type { EndpointSettings } from './container.js';
import type { GuardedBridge, GuardedNetwork } from './guard.js';
import type { ContainerProcess } from './namespace.js';
import type { NetworkSpec } from './network.js';
import type { RoutingChange, RoutingState } from './routing.js';
import type { WarpNat } from './warp-side.js';

export type Job = 'networks' | 'attachments' | 'proxies' | 'warps';

/** A network a step works on. Without an ID it is one that an earlier step of the same plan creates. */
export interface NetworkRef {
  readonly name: string;
  readonly id?: string;
}

const planned = 'planned:';

/** The ID of a network in a predicted World that an earlier step of the plan will create. */
export function plannedId(name: string): string {
  return `${planned}${name}`;
}

/** How a step names a network: by its ID, unless it will get one only when the plan is applied. */
export function networkRef({ id, name }: { readonly id: string; readonly name: string }): NetworkRef {
  return id.startsWith(planned) ? { name } : { id, name };
}

export interface ContainerRef {
  readonly id: string;
  readonly name: string;
}

interface StepBase {
  readonly job: Job;
  /** Why the step is there, for the person who reads the plan. */
  readonly reason: string;
}

export interface CreateNetwork extends StepBase {
  readonly do: 'create-network';
  readonly spec: NetworkSpec;
}

export interface Connect extends StepBase {
  readonly do: 'connect';
  readonly network: NetworkRef;
  readonly container: ContainerRef;
  readonly endpoint: EndpointSettings;
}

export interface Disconnect extends StepBase {
  readonly do: 'disconnect';
  readonly network: NetworkRef;
  readonly container: ContainerRef;
  /** True where the network is gone or was remade: the stale entry can only be removed by its name (fact E9). */
  readonly stale?: boolean;
  /** Set where without the joins before it the container would be left on no network at all. */
  readonly needsJoins?: true;
  /** Set where it cuts the connections of clients, and who it is for may be back in a moment. */
  readonly cutsClients?: true;
}

/** A container on a network that is recreated, with what a reconnect has to bring back. */
export interface Member {
  readonly container: ContainerRef;
  /** Whether it runs: its settings can be looked at again afterwards. */
  readonly alive: boolean;
  readonly settings: EndpointSettings;
}

/**
 * The one step that is more than one call: members are detached, the network is removed and made again, and every
 * member is put back. It is written down before the first call, and finished by the next run if this one is killed.
 */
export interface RecreateNetwork extends StepBase {
  readonly do: 'recreate-network';
  readonly network: Required<NetworkRef>;
  readonly spec: NetworkSpec;
  /** What it is now: put back if the new one cannot be made. */
  readonly previous: NetworkSpec;
  readonly members: readonly Member[];
  /** Endpoints that have no container and may be removed with the network, by their names. */
  readonly ghosts?: readonly string[];
  /** Set where it finishes what a killed run began: onwards, or back to what was there before. */
  readonly resumes?: 'forward' | 'back';
}

export interface RemoveNetwork extends StepBase {
  readonly do: 'remove-network';
  readonly network: Required<NetworkRef>;
}

/** Where traffic of a target goes, for the person who reads the plan. */
export interface RouteSummary {
  /** The warp's name. */
  readonly via: string;
  /** The network both are on; absent where there is none at present. */
  readonly network?: string;
  /** What is routed, in the words of the config. */
  readonly rules: readonly string[];
  /** Set where it was asked for on the command line. */
  readonly byHand?: true;
  /** False while the warp cannot be reached: the traffic is blocked. */
  readonly open: boolean;
}

/** Brings the routing in a container's namespace to what it should be. */
export interface SetRouting extends StepBase {
  readonly do: 'set-routing';
  readonly container: ContainerProcess;
  readonly routes: readonly RouteSummary[];
  readonly routing: RoutingState;
  /** What it takes, from what was read: in an order that never opens a way past the warp. */
  readonly changes: readonly RoutingChange[];
}

/** Removes all that is ours from a container's namespace. */
export interface ClearRouting extends StepBase {
  readonly do: 'clear-routing';
  readonly container: ContainerProcess;
  readonly changes: readonly RoutingChange[];
}

/** Sets up forwarding and NAT in a warp, or removes what was set up there. */
export interface SetNat extends StepBase {
  readonly do: 'set-nat';
  readonly container: ContainerProcess;
  /** Absent: removes it. */
  readonly nat?: WarpNat;
}

/** Writes the guard's table as a whole; with no network in it the table goes. */
export interface SetGuard extends StepBase {
  readonly do: 'set-guard';
  readonly guard: readonly GuardedNetwork[];
  /** Networks of it that exist and are not guarded, or not as it was written: new ones, and those that lost their guard. */
  readonly missing?: readonly Required<NetworkRef>[];
  /**
   * Set where these addresses are only taken out of what is in force by then, bridge by bridge: nothing is added, and no
   * bridge is guarded or left unguarded that was not.
   */
  readonly withdraws?: readonly GuardedBridge[];
}

/** One step is one call to the engine or one change of the kernel's, but for a recreation. */
export type Step =
  | CreateNetwork
  | RecreateNetwork
  | RemoveNetwork
  | Connect
  | Disconnect
  | SetRouting
  | ClearRouting
  | SetNat
  | SetGuard;
