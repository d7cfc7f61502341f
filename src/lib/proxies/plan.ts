import { type Container, type Endpoint, type EndpointSettings, isAlive } from '../model/container.js';
import { hasGatewayPriority } from '../model/engine-info.js';
import type { Network } from '../model/network.js';
import { ownerOption } from '../model/ownership.js';
import { type Finding, type Plan, joinPlans } from '../model/plan.js';
import { type Connect, type Disconnect, networkRef } from '../model/step.js';
import type { World } from '../model/world.js';
import type { ProxyDeclaration } from './declaration.js';
import { type Demand, demandOn, summarize } from './demand.js';
import { gatewayMoves, joinPriority } from './gateway-moves.js';
import { reasonToStay, strandingLeaves } from './leaving.js';
import { locateProxy } from './locate.js';
import { networkOfEndpoint } from './reach.js';

/** A network the proxy is on, or an entry in its list whose network is gone. */
interface Membership {
  readonly endpoint: Endpoint;
  readonly network: Network | undefined;
}

function connectStep(proxy: Container, network: Network, because: readonly string[], world: World): Connect {
  const endpoint: EndpointSettings = {
    driverOptions: { [ownerOption]: 'proxy' },
    ...(hasGatewayPriority(world.engine) && { gatewayPriority: joinPriority }),
  };
  return {
    do: 'connect',
    job: 'proxies',
    network: networkRef(network),
    container: { id: proxy.id, name: proxy.name },
    endpoint,
    reason: `routes ${summarize(because)}`,
  };
}

function disconnectStep(proxy: Container, network: Network, reason: string): Disconnect {
  return {
    do: 'disconnect',
    job: 'proxies',
    network: networkRef(network),
    container: { id: proxy.id, name: proxy.name },
    reason,
  };
}

/** Removes an entry that names a network which is gone: with it the container cannot start (engine fact E9). */
function healStep(proxy: Container, endpoint: Endpoint): Disconnect {
  return {
    do: 'disconnect',
    job: 'proxies',
    network: { name: endpoint.networkName },
    container: { id: proxy.id, name: proxy.name },
    stale: true,
    reason: 'the network it refers to is gone, and with it the container cannot start',
  };
}

function kept(proxy: Container, network: Network, reason: string): Finding {
  return { find: 'kept', job: 'proxies', container: proxy.name, network: network.name, reason };
}

/** An entry without an ID was recorded before the first start: its network may well be there. */
function isStale({ endpoint, network }: Membership): boolean {
  return network === undefined && endpoint.networkId !== undefined;
}

interface Leaves {
  readonly steps: readonly Disconnect[];
  readonly networks: readonly Network[];
  readonly findings: readonly Finding[];
}

function planLeaves(
  proxy: Container,
  on: readonly Membership[],
  declaration: ProxyDeclaration,
  demand: Demand,
  joins: readonly Network[],
): Leaves {
  const staying: Network[] = [...joins];
  const leaving: Network[] = [];
  const findings: Finding[] = [];
  for (const { endpoint, network } of on) {
    if (!network) continue;
    const routed = demand.wanted.get(network.id);
    const reason = routed
      ? `routes ${summarize(routed.because)}`
      : reasonToStay(proxy, endpoint, network, declaration, demand);
    if (reason === undefined) leaving.push(network);
    else {
      staying.push(network);
      findings.push(kept(proxy, network, reason));
    }
  }
  const stranding = strandingLeaves(proxy, leaving, staying);
  const networks = leaving.filter(network => !stranding.has(network.id));
  for (const network of leaving) {
    const reason = stranding.get(network.id);
    if (reason !== undefined) findings.push(kept(proxy, network, reason));
  }
  return {
    steps: networks.map(network => disconnectStep(proxy, network, 'no routable container left')),
    networks,
    findings,
  };
}

/** Job 3 for one proxy: join what holds a container to route to, leave what holds none any more. */
export function planProxy(declaration: ProxyDeclaration, world: World): Plan {
  const located = locateProxy(declaration, world);
  if ('finding' in located) return { steps: [], findings: [located.finding] };
  const { proxy } = located;
  const demand = demandOn(proxy, declaration, world);
  const on = proxy.endpoints.map(endpoint => ({
    endpoint,
    network: networkOfEndpoint(endpoint, world.networks),
  }));

  const stale = on.filter(isStale);
  // A running container cannot hold an entry for a network that is gone: what looks like one is a race.
  const heals = isAlive(proxy) ? [] : stale.map(({ endpoint }) => healStep(proxy, endpoint));
  const namesTaken = new Set(
    on.filter(membership => !stale.includes(membership)).map(({ endpoint }) => endpoint.networkName),
  );
  const joining = [...demand.wanted.values()].filter(
    ({ network }) => !on.some(membership => membership.network?.id === network.id),
  );
  const joins = joining.filter(({ network }) => !namesTaken.has(network.name));
  const clashes = joining.filter(({ network }) => namesTaken.has(network.name));
  const joinNetworks = joins.map(({ network }) => network);
  const leaves = planLeaves(proxy, on, declaration, demand, joinNetworks);

  return {
    steps: [
      ...heals,
      ...joins.map(({ network, because }) => connectStep(proxy, network, because, world)),
      ...leaves.steps,
    ],
    findings: [
      ...gatewayMoves(proxy, world, joinNetworks, leaves.networks),
      ...leaves.findings,
      ...clashes.map(({ network }): Finding => ({
        find: 'refused',
        job: 'proxies',
        container: proxy.name,
        network: network.name,
        reason: 'it is on another network of the same name, and a container can be on one only',
        hints: ['Remove one of the two networks of that name, by ID.'],
      })),
      ...demand.unreachable,
    ],
  };
}

/** Undoes Fairlead's joins: everything it joined is left, but for the home and the last network. */
export function planProxyLeave(declaration: ProxyDeclaration, world: World): Plan {
  const located = locateProxy(declaration, world);
  if ('finding' in located) return { steps: [], findings: [located.finding] };
  const { proxy } = located;
  const nothing: Demand = { wanted: new Map(), held: new Map(), unreachable: [] };
  const on = proxy.endpoints.map(endpoint => ({
    endpoint,
    network: networkOfEndpoint(endpoint, world.networks),
  }));
  const leaves = planLeaves(proxy, on, { ...declaration, leave: 'joined' }, nothing, []);
  return {
    steps: leaves.steps.map(step => ({ ...step, reason: 'joined by Fairlead' })),
    findings: [...gatewayMoves(proxy, world, [], leaves.networks), ...leaves.findings],
  };
}

/** Job 3: all proxies. They do not count each other's networks: each follows the containers it routes to. */
export function planProxies(declarations: readonly ProxyDeclaration[], world: World): Plan {
  return joinPlans(...declarations.map(declaration => planProxy(declaration, world)));
}

export function planProxiesLeave(declarations: readonly ProxyDeclaration[], world: World): Plan {
  return joinPlans(...declarations.map(declaration => planProxyLeave(declaration, world)));
}
