import { createHash } from 'node:crypto';
import type { FairleadConfig } from '../../src/lib/config/schema.js';
import { defaultConfig } from '../../src/lib/config/default-config.js';
import { type GuardState, bridgeOf } from '../../src/lib/model/guard.js';
import type { KernelView } from '../../src/lib/model/kernel-view.js';
import type { NamespaceReading, NamespaceState } from '../../src/lib/model/namespace.js';
import { type RoutingState, noRouting } from '../../src/lib/model/routing.js';
import type { Container, Endpoint } from '../../src/lib/model/container.js';
import type { Network } from '../../src/lib/model/network.js';
import type { WarpSide } from '../../src/lib/model/warp-side.js';
import type { World } from '../../src/lib/model/world.js';
import { type WarpDeclaration, warpDeclaration } from '../../src/lib/warps/routes/declaration.js';
import { type ContainerSketch, container, idOf, network, world } from '../support/world.js';

type WarpConfig = FairleadConfig['warp'];

/** What a config with this warp section declares; networks with `egress: warp` by name. */
export function declared(warp: Partial<WarpConfig> = {}, guarded: readonly string[] = []): WarpDeclaration {
  const config = defaultConfig();
  const networks = Object.fromEntries(
    guarded.map(name => [name, { external: false, on_drift: 'error', egress: 'warp' } as const]),
  );
  return warpDeclaration({ ...config, networks, warp: { ...config.warp, ...warp } });
}

/** A bridge network with a subnet. */
export function bridge(name: string, subnet: string, settings: Partial<Network> = {}): Network {
  return network(name, { ipam: { driver: 'default', options: {}, pools: [{ subnet }] }, ...settings });
}

export interface PlacedSketch extends Omit<ContainerSketch, 'on' | 'endpoints'> {
  /** Its addresses, by network; an empty text for none. */
  readonly at?: Readonly<Record<string, string>>;
}

/** An ID as random as an engine's from its first digits on: they are what the kernel keeps of a warp. */
function randomId(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** A container with addresses, IPv6 ones after a comma. */
export function placed(name: string, { at = {}, ...sketch }: PlacedSketch = {}): Container {
  const endpoints = Object.entries(at).map(([networkName, addresses]): Endpoint => {
    const [ipv4 = '', ipv6 = ''] = addresses.split(',');
    return {
      networkName,
      networkId: idOf(`net ${networkName}`),
      ...(ipv4 !== '' && { ipv4 }),
      ...(ipv6 !== '' && { ipv6 }),
      mac: `02:42:${Buffer.from(name.padEnd(4))
        .subarray(0, 4)
        .toString('hex')
        .replace(/..(?=.)/g, '$&:')}`,
    };
  });
  return container(name, { id: randomId(name), on: Object.keys(at), endpoints, ...sketch });
}

const bystander: WarpSide = {
  tunnels: [],
  masquerades: ['ipv4', 'ipv6'],
  dropping: [],
  clampsSegments: true,
  hasOwn: false,
};

/** A namespace as a container has it: one device for each network that it is on. */
export function namespaceOf(
  { id, endpoints }: Container,
  routing: RoutingState = noRouting,
  settings: Partial<NamespaceState> = {},
): NamespaceReading {
  const state: NamespaceState = {
    inode: Number.parseInt(id.slice(8, 16), 16),
    routing,
    links: endpoints.map(({ ipv4, ipv6, mac }, index) => ({
      name: `eth${String(index)}`,
      ...(mac !== undefined && { mac }),
      kind: 'veth',
      addresses: [ipv4, ipv6].filter(address => address !== undefined),
    })),
    sysctls: {
      ipv4Forwarding: true,
      ipv6Forwarding: true,
      ipv6Disabled: false,
      acceptRedirects: false,
      sendRedirects: false,
      reversePathFilter: 0,
      srcValidMark: true,
      acceptsMarks: false,
    },
    warpSide: bystander,
    ...settings,
  };
  return { read: 'state', state };
}

export interface KernelSketch {
  /** What of ours is in which container's namespace. */
  readonly routed?: Readonly<Record<string, RoutingState>>;
  /** Readings that are not what the containers would have. */
  readonly readings?: Readonly<Record<string, NamespaceReading>>;
  readonly guard?: GuardState;
  /** What warps do with the packets of others, where it is not all that it should be. */
  readonly sides?: Readonly<Record<string, Partial<WarpSide>>>;
  readonly outOfReach?: KernelView['outOfReach'];
}

/** A World with what its kernel says. Every running container's namespace can be read, unless it says otherwise. */
export function kernelWorld(
  networks: readonly (Network | string)[],
  containers: readonly Container[],
  { routed = {}, readings = {}, sides = {}, guard, outOfReach }: KernelSketch = {},
): World {
  const seen = world(networks, containers);
  if (outOfReach) return { ...seen, kernel: { outOfReach, namespaces: new Map(), holders: new Set() } };
  const alive = containers.filter(
    ({ state, networkMode }) => state === 'running' && networkMode.kind === 'network',
  );
  return {
    ...seen,
    kernel: {
      host: {
        ...(guard && { guard }),
        interfaces: ['lo', ...seen.networks.map(({ id }) => `br-${id.slice(0, 12)}`)],
        bridgeMacs: Object.fromEntries(
          seen.networks.map(each => [
            bridgeOf(each),
            `02:42:00:00:00:${each.name.length.toString(16).padStart(2, '0')}`,
          ]),
        ),
        filtersBridged: false,
        nameServers: ['198.18.0.53'],
      },
      namespaces: new Map(
        alive.map(each => [
          each.id,
          readings[each.name] ??
            namespaceOf(each, routed[each.name], { warpSide: { ...bystander, ...sides[each.name] } }),
        ]),
      ),
      holders: new Set(containers.filter(({ name }) => routed[name]).map(({ id }) => id)),
    },
  };
}
