import { createHash, randomUUID } from 'node:crypto';
import { overlaps, parsePrefix } from '../../src/lib/net/prefix.js';
import { FakeEvents } from './fake-events.js';

export type Release = '20.10' | '26.1' | '28.5';

const versions: Record<Release, { version: string; apiVersion: string }> = {
  '20.10': { version: '20.10.24+dfsg1', apiVersion: '1.41' },
  '26.1': { version: '26.1.5+dfsg1', apiVersion: '1.45' },
  '28.5': { version: '28.5.2+dfsg1', apiVersion: '1.51' },
};

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

interface Pool {
  Subnet?: string;
  Gateway?: string;
  IPRange?: string;
  AuxiliaryAddresses?: Record<string, string>;
}

export interface FakeNetwork {
  Id: string;
  Name: string;
  Created: string;
  Scope: string;
  Driver: string;
  EnableIPv6: boolean;
  EnableIPv4?: boolean;
  IPAM: { Driver: string; Options: Record<string, string> | null; Config: Pool[] };
  Internal: boolean;
  Attachable: boolean;
  Ingress: boolean;
  ConfigFrom: { Network: string };
  ConfigOnly: boolean;
  Options: Record<string, string> | null;
  Labels: Record<string, string> | null;
}

interface FakeEndpoint {
  NetworkID: string;
  Aliases: string[] | null;
  IPAMConfig: Record<string, string> | null;
  Links: string[] | null;
  DriverOpts: Record<string, string> | null;
  GwPriority: number;
  IPAddress: string;
}

export interface FakeContainer {
  Id: string;
  Name: string;
  State: string;
  Labels: Record<string, string>;
  Env: string[];
  NetworkMode: string;
  /** `starting`, `healthy` or `unhealthy`, for a container with a health check. */
  Health?: string;
  Ports: { PrivatePort: number; PublicPort?: number; Type: string }[];
  Networks: Record<string, FakeEndpoint>;
}

export interface ContainerSettings {
  readonly state?: string;
  readonly labels?: Record<string, string>;
  readonly env?: readonly string[];
  /** `HostConfig.NetworkMode`; the first of `networks` where it is left out. */
  readonly mode?: string;
  readonly networks?: readonly string[];
  readonly publishes?: readonly number[];
  readonly health?: string;
}

function refuse(status: number, message: string): Answer {
  return { status, body: { message } };
}

const alive = (container: FakeContainer): boolean => ['running', 'paused'].includes(container.State);

/** As `docker ps` shows it; the health of a paused container is not in it. */
function statusText({ State, Health }: FakeContainer): string {
  if (State === 'paused') return 'Up 2 minutes (Paused)';
  if (State !== 'running') return 'Exited (0) 2 minutes ago';
  return Health === undefined
    ? 'Up 2 minutes'
    : `Up 2 minutes (${Health === 'starting' ? 'health: starting' : Health})`;
}

/**
 * What an engine answers, with the quirks of its release: the texts and codes are those measured on the real one.
 * State is plain data, for tests to look at and to spoil.
 */
export class FakeDaemon {
  readonly release: Release;
  id: string = randomUUID();
  readonly networks: FakeNetwork[] = [];
  readonly containers: FakeContainer[] = [];
  /** Endpoints without a container, by ID of network: the names of those that had them. */
  readonly ghosts = new Map<string, string[]>();
  /** What it tells of its own changes; of those that a test makes to its data, nothing. */
  readonly events: FakeEvents;
  /** Every request, as `GET /networks`. */
  readonly calls: string[] = [];
  /** Asked before each request; what it gives is answered in the engine's place. */
  intercept: ((call: string) => Answer | undefined) | undefined;
  /** The process that a running container has, where a test has a kernel for it. */
  processOf: ((container: FakeContainer) => { readonly pid: number; readonly startedAt: string }) | undefined;
  /** The address that a container gets on a network, where it matters. */
  addressOn: ((container: FakeContainer, network: FakeNetwork) => string) | undefined;
  #made = 0;

  constructor(release: Release = '28.5') {
    this.release = release;
    this.events = new FakeEvents(release);
    for (const [name, driver] of [
      ['bridge', 'bridge'],
      ['host', 'host'],
      ['none', 'null'],
    ] as const) {
      this.#store({
        Name: name,
        Driver: driver,
        IPAM: { Config: driver === 'bridge' ? [this.#freePool()] : [] },
      });
    }
  }

  get #apiVersion(): number {
    return Number(versions[this.release].apiVersion.slice(2));
  }

  #id(kind: string): string {
    this.#made += 1;
    return createHash('sha256')
      .update(`${kind}${String(this.#made)}`)
      .digest('hex');
  }

  #freePool(): Pool {
    const taken = new Set(this.networks.flatMap(network => network.IPAM.Config.map(pool => pool.Subnet)));
    for (let second = 17; second < 32; second += 1) {
      const Subnet = `172.${String(second)}.0.0/16`;
      if (!taken.has(Subnet)) return { Subnet, Gateway: `172.${String(second)}.0.1` };
    }
    for (let third = 0; third < 256; third += 16) {
      const Subnet = `192.168.${String(third)}.0/20`;
      if (!taken.has(Subnet)) return { Subnet, Gateway: `192.168.${String(third)}.1` };
    }
    return {};
  }

  #store(body: Record<string, unknown>): FakeNetwork {
    const ipam = (body['IPAM'] ?? {}) as Partial<FakeNetwork['IPAM']>;
    const network: FakeNetwork = {
      Id: this.#id('network'),
      Name: body['Name'] as string,
      Created: new Date(1_700_000_000_000 + this.#made * 1000).toISOString(),
      Scope: 'local',
      Driver: body['ConfigOnly'] === true ? 'null' : ((body['Driver'] as string | undefined) ?? 'bridge'),
      EnableIPv6: body['EnableIPv6'] === true,
      IPAM: {
        Driver: ipam.Driver ?? 'default',
        Options: ipam.Options ?? null,
        Config: ipam.Config ?? [],
      },
      Internal: body['Internal'] === true,
      Attachable: body['Attachable'] === true,
      Ingress: false,
      ConfigFrom: { Network: (body['ConfigFrom'] as { Network?: string } | undefined)?.Network ?? '' },
      ConfigOnly: body['ConfigOnly'] === true,
      Options: (body['Options'] as Record<string, string> | undefined) ?? {},
      Labels: (body['Labels'] as Record<string, string> | undefined) ?? {},
    };
    if (this.#apiVersion >= 48) network.EnableIPv4 = body['EnableIPv4'] !== false;
    this.networks.push(network);
    return network;
  }

  /** A network as somebody made it by hand; gives its ID. */
  addNetwork(name: string, body: Record<string, unknown> = {}): string {
    const network = this.#store({ ...body, Name: name });
    if (network.IPAM.Config.length === 0 && !network.ConfigOnly) network.IPAM.Config.push(this.#freePool());
    this.#tellNetwork('create', network);
    return network.Id;
  }

  addContainer(name: string, settings: ContainerSettings = {}): string {
    const networks = settings.networks ?? (settings.mode === undefined ? ['bridge'] : []);
    const container: FakeContainer = {
      Id: this.#id('container'),
      Name: name,
      State: settings.state ?? 'running',
      Labels: settings.labels ?? {},
      Env: [...(settings.env ?? [])],
      NetworkMode: settings.mode ?? networks[0] ?? 'bridge',
      Ports: (settings.publishes ?? []).map(port => ({ PrivatePort: port, PublicPort: port, Type: 'tcp' })),
      Networks: {},
      ...(settings.health !== undefined && { Health: settings.health }),
    };
    this.containers.push(container);
    this.#tell('create', container);
    for (const network of networks) this.join(name, network);
    if (alive(container)) this.#tell('start', container);
    return container.Id;
  }

  /** Starts a container that is not running; its endpoints go live one by one before it does. */
  start(name: string): void {
    const container = this.container(name);
    container.State = 'running';
    for (const [network, endpoint] of Object.entries(container.Networks)) {
      const found = this.networks.find(candidate => candidate.Name === network);
      if (!found) continue;
      Object.assign(endpoint, {
        NetworkID: found.Id,
        IPAddress: this.addressOn?.(container, found) ?? '172.31.0.2',
      });
      this.#tellNetwork('connect', found, container);
    }
    this.#tell('start', container);
  }

  /** Ends a container as `docker stop` does, with the events in the order of the release (engine fact E5). */
  stop(name: string): void {
    const container = this.container(name);
    this.#tell('kill', container, { signal: '15' });
    container.State = 'exited';
    const die = (): void => this.#tell('die', container, { exitCode: '0' });
    if (this.release === '20.10') die();
    for (const endpoint of Object.values(container.Networks)) {
      endpoint.IPAddress = '';
      const network = this.networks.find(({ Id }) => Id === endpoint.NetworkID);
      if (network) this.#tellNetwork('disconnect', network, container);
    }
    if (this.release === '26.1') die();
    this.#tell('stop', container);
    if (this.release === '28.5') die();
  }

  /** `docker rm` of a container that is stopped. */
  removeContainer(name: string): void {
    const container = this.container(name);
    this.containers.splice(this.containers.indexOf(container), 1);
    this.#tell('destroy', container);
  }

  rename(name: string, to: string): void {
    const container = this.container(name);
    container.Name = to;
    this.#tell('rename', container, { oldName: `/${name}` });
  }

  setHealth(name: string, health: string): void {
    const container = this.container(name);
    container.Health = health;
    this.#tell(`health_status: ${health}`, container);
  }

  /** Ends as `systemctl stop docker` does: all containers first, then the streams, cut (engine fact E20). */
  shutDown(): void {
    for (const container of this.containers.filter(alive)) this.stop(container.Name);
    this.events.end('broken', { forget: true });
  }

  #tell(action: string, container: FakeContainer, more: Record<string, string> = {}): void {
    const attributes = { ...container.Labels, image: 'image', name: container.Name, ...more };
    this.events.emit({ action, id: container.Id, attributes });
  }

  #tellNetwork(action: string, network: FakeNetwork, member?: FakeContainer, byHand = false): void {
    const attributes = {
      ...(member && { container: member.Id }),
      name: network.Name,
      type: network.Driver,
    };
    const happening = { type: 'network', action, id: network.Id, attributes };
    if (action === 'disconnect') this.events.emitDisconnect(happening, byHand);
    else this.events.emit(happening);
  }

  /** Puts a container on a network as if it had been created on it. */
  join(containerName: string, networkName: string, endpoint: Record<string, unknown> = {}): void {
    const container = this.container(containerName);
    const network = this.networks.find(candidate => candidate.Name === networkName);
    if (!network) throw new Error(`no network ${networkName}`);
    container.Networks[networkName] = this.#endpoint(container, network, endpoint);
    if (alive(container)) this.#tellNetwork('connect', network, container);
  }

  container(name: string): FakeContainer {
    const found = this.containers.find(candidate => candidate.Name === name);
    if (!found) throw new Error(`no container ${name}`);
    return found;
  }

  #endpoint(container: FakeContainer, network: FakeNetwork, body: Record<string, unknown>): FakeEndpoint {
    const aliases = (body['Aliases'] as string[] | undefined) ?? null;
    const shortId = container.Id.slice(0, 12);
    return {
      // Recorded at the first start: fact E7.
      NetworkID: container.State === 'created' ? '' : network.Id,
      Aliases: this.#apiVersion <= 44 ? [...(aliases ?? []), shortId] : aliases,
      IPAMConfig: (body['IPAMConfig'] as Record<string, string> | undefined) ?? null,
      Links: null,
      DriverOpts: (body['DriverOpts'] as Record<string, string> | undefined) ?? null,
      GwPriority: this.#apiVersion >= 48 ? ((body['GwPriority'] as number | undefined) ?? 0) : 0,
      IPAddress: alive(container) ? (this.addressOn?.(container, network) ?? '172.31.0.2') : '',
    };
  }

  request(method: string, path: string, body: Record<string, unknown> = {}): Answer {
    const call = `${method} ${path}`;
    this.calls.push(call);
    const instead = this.intercept?.(call);
    if (instead) return instead;
    if (call === 'GET /version') {
      const { version, apiVersion } = versions[this.release];
      return {
        status: 200,
        body: { Version: version, ApiVersion: apiVersion, Components: [{ Name: 'Engine' }] },
      };
    }
    if (call === 'GET /info') return { status: 200, body: { ID: this.id } };
    // Neither is JSON: the server writes both.
    if (call === 'GET /_ping' || call === 'GET /events') return { status: 200 };
    if (call === 'GET /networks')
      return { status: 200, body: this.networks.map(network => ({ ...network, Containers: {} })) };
    if (call === 'GET /containers/json')
      return { status: 200, body: this.containers.map(entry => this.#listed(entry)) };
    if (call === 'POST /networks/create') return this.#create(body);
    const [, kind = '', key = '', verb = ''] = path.split('/');
    if (kind === 'containers' && verb === 'json') return this.#inspect(key);
    if (kind === 'networks' && method === 'DELETE') return this.#remove(key);
    if (kind === 'networks' && method === 'GET') return this.#inspectNetwork(key);
    if (kind === 'networks' && verb === 'connect') return this.#connect(key, body);
    if (kind === 'networks' && verb === 'disconnect') return this.#disconnect(decodeURIComponent(key), body);
    return refuse(404, 'page not found');
  }

  #listed(container: FakeContainer): Record<string, unknown> {
    const withGateways = this.#apiVersion >= 48;
    return {
      Id: container.Id,
      Names: [`/${container.Name}`],
      State: container.State,
      Status: statusText(container),
      Labels: container.Labels,
      Ports: alive(container) ? container.Ports : [],
      HostConfig: {
        NetworkMode:
          container.NetworkMode === 'bridge' && this.release === '20.10' ? 'default' : container.NetworkMode,
      },
      NetworkSettings: {
        Networks: Object.fromEntries(
          Object.entries(container.Networks).map(([name, { GwPriority, ...endpoint }]) => [
            name,
            {
              ...endpoint,
              Aliases: null,
              Links: null,
              DriverOpts: null,
              ...(withGateways && { GwPriority }),
            },
          ]),
        ),
      },
    };
  }

  #inspect(key: string): Answer {
    const container = this.containers.find(candidate => candidate.Id === key);
    if (!container) return refuse(404, `No such container: ${key}`);
    const process = alive(container)
      ? (this.processOf?.(container) ?? { pid: 4321, startedAt: '2026-01-01T00:00:00Z' })
      : { pid: 0, startedAt: '2026-01-01T00:00:00Z' };
    return {
      status: 200,
      body: {
        Id: container.Id,
        Name: `/${container.Name}`,
        State: {
          Status: container.State,
          Pid: process.pid,
          StartedAt: process.startedAt,
        },
        Config: { Env: container.Env, Labels: container.Labels },
        HostConfig: {
          NetworkMode: container.NetworkMode,
          PortBindings: Object.fromEntries(
            container.Ports.map(port => [`${String(port.PrivatePort)}/tcp`, [{}]]),
          ),
        },
        NetworkSettings: { Networks: container.Networks },
      },
    };
  }

  #create(body: Record<string, unknown>): Answer {
    const name = body['Name'] as string;
    if (name.trim() === '')
      return refuse(this.release === '20.10' ? 500 : 400, 'invalid name: name is empty');
    if (['bridge', 'host', 'none', 'default'].includes(name)) {
      return refuse(403, `operation is not permitted on predefined ${name} network `);
    }
    const taken = this.networks.some(network => network.Name === name);
    if (taken && (this.#apiVersion >= 44 || body['CheckDuplicate'] === true)) {
      return refuse(409, `network with name ${name} already exists`);
    }
    const pools = ((body['IPAM'] as { Config?: Pool[] } | undefined)?.Config ?? []).map(pool => ({
      ...pool,
    }));
    for (const { Subnet } of pools) {
      const wanted = parsePrefix(Subnet ?? '');
      if (!wanted.ok) return refuse(this.release === '20.10' ? 500 : 400, `invalid subnet ${Subnet ?? ''}`);
      const clash = this.networks.some(network =>
        network.IPAM.Config.some(pool => {
          const other = parsePrefix(pool.Subnet ?? '');
          return other.ok && overlaps(wanted.prefix, other.prefix);
        }),
      );
      if (clash) return refuse(403, 'Pool overlaps with other one on this address space');
    }
    if (pools.length === 0 && body['ConfigOnly'] !== true) {
      const pool = this.#freePool();
      if (pool.Subnet === undefined) {
        return this.#apiVersion >= 46
          ? refuse(400, 'all predefined address pools have been fully subnetted')
          : refuse(
              404,
              'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
            );
      }
      pools.push(pool);
    }
    const network = this.#store({
      ...body,
      IPAM: { ...(body['IPAM'] as object | undefined), Config: pools },
    });
    this.#tellNetwork('create', network);
    return { status: 201, body: { Id: network.Id, Warning: '' } };
  }

  /** By full ID, then name, then the beginning of an ID, as the engine looks networks up. */
  #lookup(key: string): FakeNetwork | undefined {
    return (
      this.networks.find(network => network.Id === key) ??
      this.networks.find(network => network.Name === key) ??
      this.networks.find(network => network.Id.startsWith(key))
    );
  }

  #inspectNetwork(key: string): Answer {
    const network = this.#lookup(key);
    if (!network) return refuse(404, `network ${key} not found`);
    const members = this.containers.filter(
      container => alive(container) && container.Networks[network.Name]?.NetworkID === network.Id,
    );
    const ghosts = this.ghosts.get(network.Id) ?? [];
    const entries = [
      ...members.map(({ Id, Name }) => [Id, { Name }] as const),
      ...ghosts.map((Name, i) => [`ep-${String(i).repeat(64)}`, { Name }] as const),
    ];
    return { status: 200, body: { ...network, Containers: Object.fromEntries(entries) } };
  }

  #remove(key: string): Answer {
    const network = this.#lookup(key);
    if (!network) return refuse(404, `network ${key} not found`);
    const member = this.containers.find(
      container =>
        alive(container) &&
        Object.values(container.Networks).some(({ NetworkID }) => NetworkID === network.Id),
    );
    const [ghost] = this.ghosts.get(network.Id) ?? [];
    if (member || ghost !== undefined) {
      const message = `error while removing network: network ${network.Name} has active endpoints (name:"${member?.Name ?? ghost ?? ''}")`;
      return refuse(403, message);
    }
    this.networks.splice(this.networks.indexOf(network), 1);
    this.#tellNetwork('destroy', network);
    return { status: 204 };
  }

  #connect(key: string, body: Record<string, unknown>): Answer {
    const container = this.containers.find(candidate => candidate.Id === body['Container']);
    if (!container) return refuse(404, `No such container: ${String(body['Container'])}`);
    const network = this.#lookup(key);
    const shared = container.NetworkMode === 'host' || container.NetworkMode.startsWith('container:');
    if (shared) {
      return refuse(
        400,
        'container sharing network namespace with another container or host cannot be connected to any other network',
      );
    }
    if (!network) return refuse(404, `network ${key} not found`);
    if (network.Name === 'host' || network.Name === 'none') {
      return refuse(400, `container cannot be connected to ${network.Name} network`);
    }
    const existing = container.Networks[network.Name];
    if (alive(container) && existing) {
      return refuse(403, `endpoint with name ${container.Name} already exists in network ${network.Name}`);
    }
    // On a stopped container a second connect says 200 and does nothing.
    if (existing) return { status: 200 };
    container.Networks[network.Name] = this.#endpoint(
      container,
      network,
      (body['EndpointConfig'] as Record<string, unknown> | undefined) ?? {},
    );
    if (container.State === 'restarting' && this.release === '28.5') {
      return refuse(404, `network sandbox for container ${container.Id} not found`);
    }
    // Of a container that is not running, nothing is told: fact E6.
    if (alive(container)) this.#tellNetwork('connect', network, container);
    return { status: 200 };
  }

  #removeGhost(key: string, name: string): Answer {
    const network = this.#lookup(key);
    if (!network) return refuse(404, `network ${key} not found`);
    const ghosts = this.ghosts.get(network.Id) ?? [];
    if (!ghosts.includes(name)) return refuse(404, `endpoint ${name} not found`);
    this.ghosts.set(
      network.Id,
      ghosts.filter(other => other !== name),
    );
    return { status: 200 };
  }

  #disconnect(key: string, body: Record<string, unknown>): Answer {
    const wanted = String(body['Container']);
    const container =
      this.containers.find(({ Id }) => Id === wanted) ??
      this.containers.find(({ Name }) => Name === wanted) ??
      this.containers.find(({ Id }) => Id.startsWith(wanted));
    if (!container && body['Force'] === true) return this.#removeGhost(key, wanted);
    if (!container) return refuse(404, `No such container: ${wanted}`);
    const name = this.#lookup(key)?.Name ?? (key in container.Networks ? key : undefined);
    if (name === undefined) return refuse(404, `network ${key} not found`);
    if (!(name in container.Networks)) {
      const the = alive(container) ? '' : 'the ';
      return refuse(500, `container ${container.Id} is not connected to ${the}network ${name}`);
    }
    const { [name]: left, ...rest } = container.Networks;
    if (left) container.Networks = rest;
    const network = this.networks.find(({ Name }) => Name === name);
    if (network && alive(container)) this.#tellNetwork('disconnect', network, container, true);
    return { status: 200 };
  }
}
