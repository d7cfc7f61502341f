import { processOf } from '../../model/container-process.js';
import type { Container } from '../../model/container.js';
import { escapeText } from '../../model/escape.js';
import type { ContainerProcess, NamespaceReading } from '../../model/namespace.js';
import { type Finding, type Plan, emptyPlan, joinPlans } from '../../model/plan.js';
import type { WarpNat, WarpSide } from '../../model/warp-side.js';
import type { World } from '../../model/world.js';
import { canonicalAddress } from '../../net/address.js';
import { isAnyHolderUnread } from '../guard/unsure-warps.js';
import { isIpv6 } from '../policy/families.js';
import type { RoutedTarget } from '../routes/route.js';

/** What routes ask of one warp. */
interface Demand {
  readonly name: string;
  readonly addresses: Set<string>;
}

/** By the ID of the container that made the warp's namespace. */
function demands(targets: readonly RoutedTarget[]): Map<string, Demand> {
  const demanded = new Map<string, Demand>();
  for (const { warp, nat, passage } of targets.flatMap(({ routes }) => routes)) {
    if (!nat || !passage) continue;
    const { ipv4, ipv6, targetIpv4, targetIpv6 } = passage;
    const demand = demanded.get(warp.id) ?? { name: warp.name, addresses: new Set() };
    // In a family that the warp has not there, nothing is sent through it.
    if (ipv4 !== undefined && targetIpv4 !== undefined) demand.addresses.add(canonicalAddress(targetIpv4));
    if (ipv6 !== undefined && targetIpv6 !== undefined) demand.addresses.add(canonicalAddress(targetIpv6));
    demanded.set(warp.id, demand);
  }
  return demanded;
}

/**
 * The tunnel that everything has to leave by. One that is gone is still the one: without it nothing leaves. (While the
 * program of a VPN reconnects, its device may come and go.)
 */
function tunnelOf({ tunnels, knownTunnel }: WarpSide): string | undefined {
  return knownTunnel !== undefined && tunnels.includes(knownTunnel)
    ? knownTunnel
    : (tunnels[0] ?? knownTunnel);
}

function sameNat(a: WarpNat | undefined, b: WarpNat): boolean {
  return a !== undefined && a.tunnel === b.tunnel && a.targets.join() === b.targets.join();
}

function only(finding: Omit<Finding, 'job'>): Plan {
  return { steps: [], findings: [{ job: 'warps', ...finding }] };
}

function joined(names: readonly string[]): string {
  return names.map(escapeText).join(', ');
}

/** A VPN whose tunnel is not up yet: what were let through now would leave by the warp's own network. */
function isHeld({ dropping }: WarpSide, { addresses }: Demand, tunnel: string | undefined): boolean {
  if (tunnel !== undefined) return false;
  return [...addresses].some(address =>
    dropping.some(({ family }) => (family === 'ipv6') === isIpv6(address)),
  );
}

function aboutTunnel(name: string, { tunnels }: WarpSide, tunnel: string | undefined): Finding[] {
  const finding = { find: 'caveat', job: 'warps', container: name } as const;
  if (tunnel !== undefined && !tunnels.includes(tunnel)) {
    return [
      { ...finding, reason: `its tunnel ${escapeText(tunnel)} is not there: what it is sent is dropped` },
    ];
  }
  if (tunnels.length < 2 || tunnel === undefined) return [];
  const reason = `has several tunnels (${joined(tunnels)}): what it is sent leaves by ${escapeText(tunnel)} alone`;
  return [{ ...finding, reason }];
}

/**
 * Whether something of ours is in a namespace that could not be read, or that a container is in whose rights were never
 * read: a warp may have been asked there to serve it.
 */
function isAnyUnread(world: World): boolean {
  const { kernel, containers } = world;
  return (
    isAnyHolderUnread(world) ||
    containers.some(
      ({ id, reading }) => kernel?.holders.has(id) && reading.read === 'unreadable' && !reading.lastRead,
    )
  );
}

function planSide(process: ContainerProcess, demand: Demand, side: WarpSide): Plan {
  const { name, addresses } = demand;
  const tunnel = tunnelOf(side);
  if (isHeld(side, demand, tunnel)) {
    return only({
      // Not a caveat of what is done: it is asked for, and is not done.
      find: 'warning',
      container: name,
      reason:
        'NAT is not set up yet: it drops what it is to forward, as a VPN does, and has no tunnel so far',
      hints: [
        'It is set up once there is one. If none will be, let the image itself forward and masquerade.',
      ],
    });
  }
  const nat: WarpNat = { targets: [...addresses].sort(), ...(tunnel !== undefined && { tunnel }) };
  const findings = aboutTunnel(name, side, tunnel);
  if (sameNat(side.nat, nat)) {
    const way = tunnel === undefined ? '' : `, out of ${escapeText(tunnel)} only`;
    const reason = `NAT is set up for ${nat.targets.join(', ')}${way}`;
    return {
      steps: [],
      findings: [{ find: 'unchanged', job: 'warps', container: name, reason }, ...findings],
    };
  }
  const reason = side.nat
    ? 'what it is to masquerade has changed'
    : side.hasOwn
      ? 'what was set up in it is incomplete or changed'
      : 'nat is asked for, and targets are routed through it';
  return { steps: [{ do: 'set-nat', job: 'warps', container: process, nat, reason }], findings };
}

function planWarp(container: Container, demand: Demand, reading: NamespaceReading): Plan {
  // What has ended, or is the host's, has no passage: whoever is routed there is told so.
  if (reading.read === 'gone' || reading.read === 'host') return { steps: [], findings: [] };
  const process = processOf(container);
  const side = reading.read === 'state' ? reading.state.warpSide : undefined;
  if (side && process) return planSide(process, demand, side);
  const why =
    reading.read === 'unreadable' ? reading.why : 'nobody looked at what it does with packets of others';
  return only({ find: 'refused', container: demand.name, reason: `NAT cannot be set up: ${why}` });
}

function withServed({ name, addresses }: Demand, reading: NamespaceReading): Demand {
  const served = reading.read === 'state' ? (reading.state.warpSide?.nat?.targets ?? []) : [];
  return { name, addresses: new Set([...addresses, ...served]) };
}

function planRemoval(container: Container, reading: NamespaceReading): Plan {
  const process = processOf(container);
  const hasOwn = reading.read === 'state' && reading.state.warpSide?.hasOwn;
  if (!process || !hasOwn) return { steps: [], findings: [] };
  const reason = 'no route asks for NAT in it any more';
  return { steps: [{ do: 'set-nat', job: 'warps', container: process, reason }], findings: [] };
}

/** Warps, by ID, that Fairlead sets up forwarding and NAT in. */
export function warpsWithNat(targets: readonly RoutedTarget[]): ReadonlySet<string> {
  return new Set(demands(targets).keys());
}

/** Forwarding and NAT in the warps of the routes that ask for it (`nat: true`), and nowhere else. */
export function planNat(targets: readonly RoutedTarget[], world: World): Plan {
  const demanded = demands(targets);
  const isUnsure = isAnyUnread(world);
  return joinPlans(
    ...world.containers.flatMap(container => {
      const reading = world.kernel?.namespaces.get(container.id);
      if (!reading) return [];
      const demand = demanded.get(container.id);
      if (!demand) return isUnsure ? emptyPlan : planRemoval(container, reading);
      return planWarp(container, isUnsure ? withServed(demand, reading) : demand, reading);
    }),
  );
}
