export type ContainerState =
  'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead' | 'stopping' | 'unknown';

/** Where a container's network namespace comes from (`HostConfig.NetworkMode`). */
export type NetworkMode =
  | { readonly kind: 'host' }
  | { readonly kind: 'none' }
  /** Shares the namespace of another container, named by ID or name. */
  | { readonly kind: 'container'; readonly of: string }
  /** A namespace of its own, created on this network: a name, or an ID where it was created with one. */
  | { readonly kind: 'network'; readonly network: string };

/** A container's membership of one network. */
export interface Endpoint {
  /** The engine keys memberships by network *name*: a container cannot be on two networks of one name. */
  readonly networkName: string;
  /** Absent for a container that was never started or was connected while stopped (engine fact E7). */
  readonly networkId?: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** Lower case; absent while it does not run. */
  readonly mac?: string;
  /** Absent where the engine does not know gateway priorities (API < 1.48). */
  readonly gatewayPriority?: number;
}

/** The settings of an endpoint that only an inspect tells. */
export interface EndpointSettings {
  readonly aliases?: readonly string[];
  /** Requested static addresses. */
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly links?: readonly string[];
  readonly driverOptions?: Readonly<Record<string, string>>;
  readonly gatewayPriority?: number;
}

export type Health = 'starting' | 'healthy' | 'unhealthy';

export interface PublishedPort {
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly hostIp?: string;
  readonly protocol: string;
}

/** Rights with which a container can get round what is set in its own namespace. */
export interface ContainerPowers {
  /** CAP_NET_ADMIN: it can remove our rules. */
  readonly netAdmin: boolean;
  /** CAP_NET_RAW, on by default: it can send frames past any routing. */
  readonly netRaw: boolean;
}

/** What one inspect adds to the list: the environment never changes for an ID, the endpoints do. */
export interface ContainerDetails {
  /** Variables by name; an entry without `=` has the value ''. */
  readonly environment: Readonly<Record<string, string>>;
  /** Process ID on the engine's host; 0 when it does not run. */
  readonly pid: number;
  readonly startedAt: string;
  /** By what it asks to be stopped, as it was declared: `SIGQUIT`, `quit`, `3`; absent for SIGTERM. */
  readonly stopSignal?: string;
  /** Ports the container asks to have published, running or not. */
  readonly publishes: readonly string[];
  /** A MAC address that was asked for when the container was created, where the engine tells it. */
  readonly macAddress?: string;
  /** What it may do beyond the default, where that matters to routing. */
  readonly powers: ContainerPowers;
  /** Name servers it was created with (`--dns`). */
  readonly dns: readonly string[];
  /** The engine's file of its resolv.conf, on the engine's host. */
  readonly resolvConfPath?: string;
  /** Settings by network name. */
  readonly endpoints: Readonly<Record<string, EndpointSettings>>;
}

/** What is still known of a container that was inspected once: its process, while it runs, and what no ID ever changes. */
export type LastRead = Pick<ContainerDetails, 'pid' | 'startedAt' | 'powers' | 'environment'>;

/**
 * How much is known of a container beyond the list. `unreadable` is never taken for "has nothing":
 * what could not be read is kept as it is.
 */
export type Reading =
  | { readonly read: 'not-asked' }
  | { readonly read: 'details'; readonly details: ContainerDetails }
  | {
      readonly read: 'unreadable';
      readonly why: string;
      /** What was read of it before. The kernel tells whether the process is still this container's. */
      readonly lastRead?: LastRead;
    };

/**
 * What is known of a container's end before the engine lists it as ended, which it does only once it has taken its
 * networks down.
 */
export interface Departure {
  /** Its process is gone or was sent SIGKILL; or it was asked to stop, and may serve on for a while. */
  readonly is: 'ended' | 'stopping';
  /** Others that have nothing to do with it were sent signals as well: it may be the engine that shuts down. */
  readonly amongOthers: boolean;
}

export interface Container {
  /** Full ID, 64 hex digits. */
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly state: ContainerState;
  readonly networkMode: NetworkMode;
  readonly labels: Readonly<Record<string, string>>;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly PublishedPort[];
  /** What its health check says; absent for one that has none, and while it is paused. */
  readonly health?: Health;
  /** Only of those that `watch` follows to their end; the engine lists them as running. */
  readonly departure?: Departure;
  readonly reading: Reading;
}

/** Running with a process: a container between two runs of a restart loop is not (engine fact E8). */
export function isAlive(container: Container): boolean {
  return container.state === 'running' || container.state === 'paused';
}

/** What is known of a container's process, rights and environment: by this inspect, or by the last that was answered. */
export function lastReadOf({ reading }: Container): LastRead | undefined {
  switch (reading.read) {
    case 'details':
      return reading.details;
    case 'unreadable':
      return reading.lastRead;
    case 'not-asked':
      return undefined;
  }
}

export function endpointOn(container: Container, networkName: string): Endpoint | undefined {
  return container.endpoints.find(endpoint => endpoint.networkName === networkName);
}

/** The settings of an endpoint, where the container was inspected. */
export function endpointSettings(container: Container, networkName: string): EndpointSettings | undefined {
  return container.reading.read === 'details' ? container.reading.details.endpoints[networkName] : undefined;
}
