import { type Container, endpointSettings } from '../model/container.js';
import type { Network } from '../model/network.js';
import { ownerOption } from '../model/ownership.js';
import { matchesName } from '../model/selector.js';
import type { ProxyDeclaration } from './declaration.js';
import { type Demand, type Wanted, summarize } from './demand.js';
import { gatewayOfProxy, skipReason } from './gateway-moves.js';
import { cutsClients } from './leave-costs.js';
import { type Membership, type Role, isStranded, publishesPorts } from './memberships.js';
import { isAllowed, isJoinable } from './reach.js';
import { aliasesOn } from './steps.js';
import type { Surroundings } from './surroundings.js';

/** A network that the proxy stays on, and what for. */
export interface Kept {
  readonly network: Network;
  readonly role: Role;
  readonly reason: string;
  /** The containers it is kept for. */
  readonly containers: readonly string[];
}

export interface Leave {
  readonly network: Network;
  readonly reason: string;
  /** Clients are cut by it, and who ended there may be back in a moment. */
  readonly cutsClients: boolean;
}

export interface Leaving {
  readonly kept: readonly Kept[];
  readonly leaves: readonly Leave[];
}

/** Who put the proxy on a network that it does not leave by itself. */
function putBy(proxy: Container, { endpoint, role }: Membership): string | undefined {
  if (proxy.reading.read !== 'details') {
    const why = proxy.reading.read === 'unreadable' ? proxy.reading.why : 'it was not inspected';
    return `could not read who joined it: ${why}`;
  }
  const owner = endpointSettings(proxy, endpoint.networkName)?.driverOptions?.[ownerOption];
  return owner !== undefined && role !== 'joined' ? `attached by Fairlead (${owner})` : undefined;
}

/** Why a proxy stays on a network that holds nothing to route to; undefined where it leaves. */
export function reasonToStay(
  proxy: Container,
  membership: Membership,
  network: Network,
  declaration: ProxyDeclaration,
  demand: Demand,
): string | undefined {
  if (membership.role === 'home') return 'its home network';
  const held = demand.held.get(network.id);
  if (held !== undefined) return held;
  if (declaration.leave === 'never') return 'it never leaves a network';
  const pin = declaration.pinned.find(pattern => matchesName(pattern, network.name));
  if (pin !== undefined) return `pinned (${pin})`;
  if (!isJoinable(network)) return `not a user-defined bridge (${network.driver})`;
  // What another job of Fairlead attached, that job would only attach again.
  const other = putBy(proxy, membership);
  if (other !== undefined) return other;
  if (declaration.leave === 'any' || membership.role === 'joined') return undefined;
  return 'not joined by Fairlead';
}

/** What it stays for; names that are declared since it joined take effect when it joins anew, not before. */
function routes(
  proxy: Container,
  { role, network }: Membership,
  wanted: Wanted,
  declared: ProxyDeclaration,
): string {
  const reason = `routes ${summarize(wanted.because)}`;
  const has = network && role === 'joined' ? endpointSettings(proxy, network.name) : undefined;
  const lacking = has ? aliasesOn(wanted, declared).filter(alias => !has.aliases?.includes(alias)) : [];
  return lacking.length === 0 ? reason : `${reason}; answers to ${lacking.join(', ')} once it joins anew`;
}

/** The network among those to leave that a proxy would be stranded without, and why it stays on it. */
function lastResort(
  proxy: Container,
  leaves: readonly Network[],
  staying: readonly Network[],
): { readonly network: Network; readonly reason: string } | undefined {
  if (leaves.length === 0 || !isStranded(proxy, staying)) return undefined;
  const open = publishesPorts(proxy) ? leaves.find(({ internal }) => !internal) : undefined;
  if (staying.length > 0) {
    const reason = 'its last network that is not internal, and it publishes ports';
    return open && { network: open, reason };
  }
  const network = open ?? leaves[0];
  return network && { network, reason: 'its last network' };
}

/**
 * Which networks a proxy leaves and which it stays on, `joining` others before. It always keeps a network, and one
 * that is not internal as long as it publishes ports.
 */
export function planLeaving(
  proxy: Container,
  on: readonly Membership[],
  declaration: ProxyDeclaration,
  demand: Demand,
  joining: readonly Network[],
  around: Surroundings,
): Leaving {
  const kept: Kept[] = [];
  const leaving: { network: Network; role: Role; reason: string }[] = [];
  for (const membership of on) {
    const { network, role } = membership;
    if (!network) continue;
    const wanted = demand.wanted.get(network.id);
    const reason = wanted
      ? routes(proxy, membership, wanted, declaration)
      : reasonToStay(proxy, membership, network, declaration, demand);
    if (reason !== undefined) kept.push({ network, role, reason, containers: wanted?.because ?? [] });
    else {
      const excluded = !isAllowed(network.name, declaration);
      const why = excluded ? 'excluded from the networks it may join' : 'no routable container left';
      leaving.push({ network, role, reason: why });
    }
  }
  const takeBack = (network: Network, reason: string): void => {
    const at = leaving.findIndex(leave => leave.network.id === network.id);
    const [leave] = leaving.splice(at, 1);
    if (leave) kept.push({ network, role: leave.role, reason, containers: [] });
  };
  const last = lastResort(
    proxy,
    leaving.map(({ network }) => network),
    [...joining, ...kept.map(({ network }) => network)],
  );
  if (last) takeBack(last.network, last.reason);

  const gateway = gatewayOfProxy(proxy, around, joining)?.network;
  if (declaration.onGatewayMove === 'skip' && leaving.some(({ network }) => network === gateway)) {
    if (gateway) takeBack(gateway, skipReason('leaving', proxy));
  }
  // The one that carries the gateway last: it then moves once, to where it stays.
  leaving.sort((a, b) => Number(a.network === gateway) - Number(b.network === gateway));
  const leaves = leaving.map(({ network, reason }) => {
    return { network, reason, cutsClients: network === gateway && cutsClients(proxy, network, around) };
  });
  return { kept, leaves };
}
