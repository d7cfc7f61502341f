/** One range of addresses of a network; absent fields were not reported or not asked for. */
export interface AddressPool {
  readonly subnet?: string;
  readonly gateway?: string;
  readonly ipRange?: string;
  /** Reserved addresses by the name they are reserved for (`AuxiliaryAddresses` in the engine's API). */
  readonly auxAddresses?: Readonly<Record<string, string>>;
}

export interface Ipam {
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly pools: readonly AddressPool[];
}

/** A network as the engine reports it. */
export interface Network {
  /** Full ID: 64 hex digits, or 25 characters for a swarm network. */
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly scope: string;
  /** When it was made, as the engine writes it (RFC 3339 with nanoseconds). */
  readonly created: string;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly ingress: boolean;
  readonly configOnly: boolean;
  /** The config-only network this one was made from. */
  readonly configFrom?: string;
  readonly enableIpv4: boolean;
  readonly enableIpv6: boolean;
  readonly ipam: Ipam;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A network as its owner declares it. What is left out is not compared: the engine may choose it. */
export interface NetworkSpec {
  readonly name: string;
  readonly driver?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly internal?: boolean;
  readonly attachable?: boolean;
  readonly enableIpv4?: boolean;
  readonly enableIpv6?: boolean;
  readonly ipam?: {
    readonly driver?: string;
    readonly options?: Readonly<Record<string, string>>;
    readonly pools?: readonly AddressPool[];
  };
  readonly labels?: Readonly<Record<string, string>>;
  readonly configOnly?: boolean;
  readonly configFrom?: string;
}

/** The networks every engine makes for itself: never created, removed, recreated or joined by discovery. */
const predefined: ReadonlySet<string> = new Set(['bridge', 'host', 'none', 'default']);
const engineOwned: ReadonlySet<string> = new Set(['ingress', 'docker_gwbridge', 'podman']);

export function isPredefinedName(name: string): boolean {
  return predefined.has(name);
}

/** True for networks that belong to the engine itself, swarm's `ingress` and `docker_gwbridge` included. */
export function isEngineNetwork(network: Network): boolean {
  return predefined.has(network.name) || engineOwned.has(network.name) || network.ingress;
}

/** Networks are dense in listings; a short ID is what `docker network ls` shows. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
