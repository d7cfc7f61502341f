import type { ContainerState, NetworkMode, PublishedPort } from '../../model/container.js';
import type { OwnerJob } from '../../model/ownership.js';

export interface GraphNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly scope: string;
  readonly subnets: readonly string[];
  readonly internal: boolean;
  /** A definition for other networks only. */
  readonly configOnly: boolean;
  readonly owner: string;
}

export interface GraphContainer {
  readonly id: string;
  readonly name: string;
  readonly state: ContainerState;
  readonly mode: NetworkMode['kind'];
  /** Whose network it is in, in mode `container`. */
  readonly of?: string;
  /** The config says so, or Fairlead joined it to a network as one. */
  readonly proxy: boolean;
  readonly ports: readonly PublishedPort[];
  /** The network that carries its published ports: its gateway's, or the home of one that does not run. */
  readonly portsOn?: string;
  /** On how many networks it is, shown or not. */
  readonly memberships: number;
  /** Names of networks that are gone and which it still refers to: with such an entry it cannot start. */
  readonly stale: readonly string[];
}

/** A container on a network. */
export interface MemberEdge {
  readonly kind: 'member';
  readonly container: string;
  readonly network: string;
  /** The network it was created on. */
  readonly home: boolean;
  /** Carries the default route of a container that runs. */
  readonly gateway: boolean;
  /** The job of Fairlead's that made it; absent also where it was not read. */
  readonly placedBy?: OwnerJob;
  /** Absent where they were not read. */
  readonly aliases?: readonly string[];
  readonly ipv4?: string;
  readonly ipv6?: string;
}

/** A container in the network of another one. */
export interface SharesEdge {
  readonly kind: 'shares';
  readonly container: string;
  readonly of: string;
}

/** Traffic that is routed from one container through another will be a kind of its own. */
export type GraphEdge = MemberEdge | SharesEdge;

/** What is connected with what, by ID and in the order in which it is shown. */
export interface Graph {
  readonly networks: readonly GraphNetwork[];
  readonly containers: readonly GraphContainer[];
  readonly edges: readonly GraphEdge[];
}
