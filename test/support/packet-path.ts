import { type Family, mainTable, type PolicyRule, type RoutingState } from '../../src/lib/model/routing.js';
import { isIn, prefixLength } from './kernel-routing.js';

export interface Packet {
  readonly family: Family;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly port?: number;
  readonly mark?: number;
}

/** The kernel's main table, as Docker fills it. */
export interface MainTable {
  /** Prefixes of connected subnets and of routes to certain destinations: none of length 0. */
  readonly specific: readonly string[];
  /** Whether there is a default route, the way past every warp. */
  readonly hasDefault: boolean;
}

export type PacketPath =
  /** Out by the default route of the main table: past the warp. */
  | 'main'
  /** To a neighbour, or where a certain route of the main table leads. */
  | 'local-net'
  | 'unreachable'
  | { readonly via: string; readonly device: string };

/**
 * Where Linux sends a packet: the rules are asked by priority, then in the order they came in, ours before the
 * kernel's own rule for the main table; the first whose table has a route for the packet decides.
 */
export function pathOf(packet: Packet, { rules, routes }: RoutingState, main: MainTable): PacketPath {
  const asked = rules
    .filter(rule => isSelected(packet, rule))
    .sort((a, b) => a.priority - b.priority)
    .map(({ table, suppressPrefixLength }) => ({ table, suppressPrefixLength }));
  for (const { table, suppressPrefixLength = -1 } of [...asked, { table: mainTable }]) {
    if (table !== mainTable) {
      const best = routes
        .filter(route => route.table === table && route.family === packet.family)
        .sort((a, b) => a.metric - b.metric)[0];
      // Ours are default routes: of length 0, as the suppressed ones.
      if (!best || suppressPrefixLength >= 0) continue;
      return best.type === 'unreachable' ? 'unreachable' : { via: best.gateway, device: best.device };
    }
    const lengths = main.specific.filter(prefix => isFor(packet, prefix)).map(prefixLength);
    if (Math.max(-1, ...lengths) > suppressPrefixLength) return 'local-net';
    if (main.hasDefault && suppressPrefixLength < 0) return 'main';
  }
  return 'unreachable';
}

function isSelected(packet: Packet, rule: PolicyRule): boolean {
  const { to, protocol, ports, mark } = rule;
  const { port } = packet;
  return (
    rule.family === packet.family &&
    (to === undefined || isFor(packet, to)) &&
    (protocol === undefined || protocol === packet.protocol) &&
    (ports === undefined || (port !== undefined && ports.first <= port && port <= ports.last)) &&
    // In unsigned numbers, as the kernel does it.
    (mark === undefined || (((packet.mark ?? 0) ^ mark.value) & mark.mask) === 0)
  );
}

function isFor({ family, to }: Packet, prefix: string): boolean {
  return prefix.includes(':') === (family === 'ipv6') && isIn(to, prefix);
}

export function pathText(path: PacketPath): string {
  return typeof path === 'string' ? path : `via ${path.via} dev ${path.device}`;
}
