import type { Container } from '../model/container.js';
import type { Network } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import type { ProxyDeclaration } from './declaration.js';
import { networkOfEndpoint, reachOf } from './reach.js';
import { judge } from './routable.js';

/** What is asked of a proxy, network by network. */
export interface Demand {
  /** Networks that hold a container to route to, and which. */
  readonly wanted: ReadonlyMap<string, { readonly network: Network; readonly because: readonly string[] }>;
  /** Networks to stay on though nothing there is routed to right now, and why. */
  readonly held: ReadonlyMap<string, string>;
  /** Containers that look as if they should be routed to, and are not. */
  readonly unreachable: readonly Finding[];
}

/** Whether the proxy is on one of a container's networks already, one that it would not join by itself. */
function sharesNetwork(proxy: Container, container: Container, world: World): boolean {
  const own = new Set(proxy.endpoints.map(endpoint => networkOfEndpoint(endpoint, world.networks)?.id));
  return container.endpoints.some(endpoint => {
    const network = networkOfEndpoint(endpoint, world.networks);
    return network !== undefined && own.has(network.id);
  });
}

/** What the other containers ask of a proxy. The proxy itself never counts, whatever its labels. */
export function demandOn(proxy: Container, declaration: ProxyDeclaration, world: World): Demand {
  const wanted = new Map<string, { network: Network; because: string[] }>();
  const held = new Map<string, string>();
  const unreachable: Finding[] = [];

  for (const container of world.containers) {
    if (container.id === proxy.id) continue;
    const verdict = judge(declaration.routable, container);
    if (verdict.is === 'unrelated') continue;
    if (verdict.is === 'unreachable') {
      unreachable.push({
        find: 'ignored',
        job: 'proxies',
        container: container.name,
        reason: verdict.because,
      });
      continue;
    }
    const reach = reachOf(container, world);
    if ('because' in reach && verdict.is === 'routable' && !sharesNetwork(proxy, container, world)) {
      unreachable.push({ find: 'ignored', job: 'proxies', container: container.name, reason: reach.because });
    }
    for (const network of reach.via) {
      if (verdict.is === 'routable') {
        const entry = wanted.get(network.id) ?? { network, because: [] };
        entry.because.push(`${container.name} (${verdict.because})`);
        wanted.set(network.id, entry);
      } else if (verdict.is === 'restarting') {
        held.set(network.id, `${container.name} is restarting`);
      } else {
        held.set(network.id, `could not read ${container.name}: ${verdict.because}`);
      }
    }
  }
  return { wanted, held, unreachable };
}

/** «shop-web-1 (VIRTUAL_HOST=shop.local) and 2 more». */
export function summarize(names: readonly string[]): string {
  const [first = '', ...more] = names;
  return more.length === 0 ? first : `${first} and ${String(more.length)} more`;
}
