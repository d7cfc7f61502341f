import type { RoutingRule } from '../../config/routing-rule.js';
import type { Container } from '../../model/container.js';
import type { ContainerProcess } from '../../model/namespace.js';
import type { Network } from '../../model/network.js';
import type { Prefix } from '../../net/prefix.js';

/** Where a route was declared. */
export type RouteOrigin =
  | 'label'
  | 'config'
  /** Given on the command line: kept by later passes until it is taken back there. */
  | 'command';

/** The warp's end of a route, while it can be reached. */
export interface Passage {
  readonly network: Network;
  /** The warp's addresses on that network. */
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** The target's own addresses there: they tell which of its devices leads to the warp. */
  readonly targetIpv4?: string;
  readonly targetIpv6?: string;
}

/** What one target sends through one warp. */
export interface Route {
  readonly warp: Pick<Container, 'id' | 'name'>;
  readonly origin: RouteOrigin;
  readonly rules: readonly RoutingRule[];
  /** Destinations that are not routed, whatever the rules say. */
  readonly bypass: readonly Prefix[];
  readonly nat: boolean;
  /** Absent while the warp cannot be reached: what the rules say is then blocked. */
  readonly passage?: Passage;
  /** Why there is no passage. */
  readonly closed?: string;
}

/** A container that runs and is routed: the owner of its namespace, with all routes of all that share it. */
export interface RoutedTarget {
  readonly container: Container;
  readonly process: ContainerProcess;
  readonly routes: readonly Route[];
}
