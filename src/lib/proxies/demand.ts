import type { Container } from '../model/container.js';
import type { Network } from '../model/network.js';
import type { ProxyDeclaration } from './declaration.js';
import { networksOf, reachOf } from './reach.js';
import { judge } from './routable.js';
import { type Surroundings, networkOfEndpoint, ownerOf } from './surroundings.js';
import { virtualHostsOf } from './virtual-hosts.js';

/** A network that holds containers to route to. */
export interface Wanted {
  readonly network: Network;
  /** Those containers, each with what makes it one: `web (VIRTUAL_HOST=shop.local)`. */
  readonly because: readonly string[];
  /** The names by which their clients ask for them. */
  readonly hosts: readonly string[];
}

/** A container that looks as if it should be routed to, and is not. */
export interface Unreachable {
  readonly container: string;
  readonly reason: string;
  /** What passes by itself is for the listing, and no news in a pass. */
  readonly passing: boolean;
}

/** What is asked of a proxy, network by network. */
export interface Demand {
  /** By ID of network. */
  readonly wanted: ReadonlyMap<string, Wanted>;
  /** Networks to stay on though nothing there is routed to right now, and why, by ID. */
  readonly held: ReadonlyMap<string, string>;
  readonly unreachable: readonly Unreachable[];
}

export const noDemand: Demand = { wanted: new Map(), held: new Map(), unreachable: [] };

/**
 * What the other containers ask of a proxy. The proxy itself never counts, whatever its labels, nor do its own
 * replicas (`peers`): they would keep each other everywhere for ever.
 */
export function demandOn(
  proxy: Container,
  peers: ReadonlySet<string>,
  declaration: ProxyDeclaration,
  around: Surroundings,
): Demand {
  const wanted = new Map<string, { network: Network; because: string[]; hosts: string[] }>();
  const held = new Map<string, string>();
  const unreachable: Unreachable[] = [];
  const on = new Set(proxy.endpoints.map(endpoint => networkOfEndpoint(endpoint, around)?.id));

  for (const container of around.containers) {
    if (peers.has(container.id)) continue;
    const verdict = judge(declaration, container);
    if (verdict.is === 'unrelated') continue;
    const { name } = container;
    if (verdict.is === 'unreachable') {
      unreachable.push({ container: name, reason: verdict.because, passing: false });
      continue;
    }
    // In the namespace of the proxy or of a replica: it is where the proxy is, always.
    const owner = ownerOf(container, around);
    if (owner && peers.has(owner.id)) continue;
    const reach = reachOf(container, declaration, around);
    if (verdict.is === 'held') {
      const passing = container.state === 'restarting';
      unreachable.push({ container: name, reason: verdict.unreachable, passing });
    } else if ('because' in reach && verdict.is === 'routable') {
      // On a network that the proxy is on, though it would not join it by itself.
      const shares = networksOf(container, around).some(({ id }) => on.has(id));
      if (!shares) unreachable.push({ container: name, reason: reach.because, passing: false });
    }
    for (const network of reach.via) {
      if (verdict.is !== 'routable') {
        held.set(network.id, verdict.because);
        continue;
      }
      const entry = wanted.get(network.id) ?? { network, because: [], hosts: [] };
      entry.because.push(`${name} (${verdict.because})`);
      if (declaration.aliasVirtualHosts) entry.hosts.push(...virtualHostsOf(container));
      wanted.set(network.id, entry);
    }
  }
  return { wanted, held, unreachable };
}

/** «shop-web-1 (VIRTUAL_HOST=shop.local) and 2 more». */
export function summarize(names: readonly string[]): string {
  const [first = '', ...more] = names;
  return more.length === 0 ? first : `${first} and ${String(more.length)} more`;
}
