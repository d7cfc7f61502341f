/** An address family, as the kernel keeps its policy routing: one set of rules and tables each. */
export type Family = 'ipv4' | 'ipv6';

/** The kernel's main table: Docker's own routes live there, and nothing of ours ever does. */
export const mainTable = 254;

/**
 * The route protocol number on every rule and route that Fairlead places: its mark of ownership, by which all of it
 * can be found and removed again. Free in iproute2's rt_protos; FRR uses 186–199, bird 12, babel 42.
 */
export const routeProtocol = 214;

/** The metric of the `unreachable default` behind the route via a warp: what is left when that one goes. */
export const backstopMetric = 4_294_967_295;

export interface PortSpan {
  readonly first: number;
  readonly last: number;
}

/** A packet mark and the bits of it that count. */
export interface Mark {
  readonly value: number;
  readonly mask: number;
}

/** The mark of connections that came in from outside: our number, and the bits of it that count. */
export const replyMark: Mark = { value: 0xd600_0000, mask: 0xff00_0000 };

/** One rule of the routing policy database (`ip rule`) with our protocol number. */
export interface PolicyRule {
  readonly family: Family;
  readonly priority: number;
  /** Destination, a canonical prefix; absent: everything. */
  readonly to?: string;
  /** In IPv6, icmp is ICMPv6. */
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  /** Destination ports; only beside tcp or udp. */
  readonly ports?: PortSpan;
  readonly mark?: Mark;
  readonly table: number;
  /** Routes of at most this prefix length do not count: 0 hides the default route alone. */
  readonly suppressPrefixLength?: number;
  /** Read with a selector that we never write: it is ours by its mark, and never what is wanted. */
  readonly unknown?: true;
}

/** One default route of a table of ours. */
export type PolicyRoute = ViaRoute | UnreachableRoute;

export interface ViaRoute {
  readonly type: 'via';
  readonly family: Family;
  readonly table: number;
  /** The warp's address on the network that both are on. */
  readonly gateway: string;
  readonly device: string;
  /** Says whose address the gateway was: see `warpMetric`. */
  readonly metric: number;
}

export interface UnreachableRoute {
  readonly type: 'unreachable';
  readonly family: Family;
  readonly table: number;
  readonly metric: number;
}

export function isViaRoute(route: PolicyRoute): route is ViaRoute {
  return route.type === 'via';
}

/**
 * What is done with packets that come in: connections from outside are marked, so that their replies leave as they came,
 * and redirects, which would lead past a warp, are dropped.
 */
export interface ReplyMarking {
  /**
   * MAC addresses of the bridges that the target is on: what has one of them comes from the host, and by its gateway.
   * What comes in through a warp has the warp's, and that is another after each of its starts. Sorted; none: nothing
   * is marked.
   */
  readonly gatewayMacs: readonly string[];
  readonly refusesRedirects?: true;
  /** Read where somebody changed how it is done: it is ours, and never what is wanted. */
  readonly altered?: true;
}

/** Everything of ours in one namespace: what is there, or what should be. */
export interface RoutingState {
  readonly rules: readonly PolicyRule[];
  readonly routes: readonly PolicyRoute[];
  readonly replies?: ReplyMarking;
}

export const noRouting: RoutingState = { rules: [], routes: [] };

/** The routes to warps in a namespace. */
export function viaRoutes({ routes }: RoutingState): ViaRoute[] {
  return routes.filter(isViaRoute);
}

/** One line of what is done in a namespace. Applied in order, each leaves routed traffic routed or blocked. */
export type RoutingChange =
  | { readonly change: 'set-replies'; readonly replies: ReplyMarking }
  | { readonly change: 'clear-replies' }
  | { readonly change: 'add-rule' | 'delete-rule'; readonly rule: PolicyRule }
  | { readonly change: 'set-route' | 'delete-route'; readonly route: PolicyRoute };
