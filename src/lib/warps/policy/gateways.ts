import type { Link } from '../../model/namespace.js';
import type { Family, ViaRoute } from '../../model/routing.js';
import { canonicalAddress } from '../../net/address.js';
import type { Passage, Route } from '../routes/route.js';
import { warpMetric } from './warp-metric.js';

/** The ways to the warp of one route, in each family that both sides have; or why there is none. */
export type Gateways = { readonly vias: readonly ViaRoute[] } | { readonly closed: string };

/**
 * The device is the one that has the target's own address on the shared network: names of devices follow from the
 * order of connects, and change with a restart. Without links (nobody could read them) the way stays closed.
 */
export function gatewaysTo(route: Route, table: number, links: readonly Link[] | undefined): Gateways {
  const { passage, warp, closed = `its warp ${warp.name} cannot be reached` } = route;
  if (!passage) return { closed };
  if (!links) return { closed: 'its network interfaces could not be read' };
  const vias = pairs(passage).flatMap(([family, gateway, own]): ViaRoute[] => {
    const device = own !== undefined && links.find(link => hasAddress(link, own))?.name;
    if (gateway === undefined || !device) return [];
    return [
      { type: 'via', family, table, gateway: canonicalAddress(gateway), device, metric: warpMetric(warp.id) },
    ];
  });
  if (vias.length > 0) return { vias };
  return {
    closed: `it has no interface with an address on ${passage.network.name} that ${warp.name} is on too`,
  };
}

function pairs(passage: Passage): [Family, string | undefined, string | undefined][] {
  return [
    ['ipv4', passage.ipv4, passage.targetIpv4],
    ['ipv6', passage.ipv6, passage.targetIpv6],
  ];
}

function hasAddress({ addresses }: Link, wanted: string): boolean {
  return addresses.some(address => canonicalAddress(address) === canonicalAddress(wanted));
}
