import { type Container, isAlive } from '../model/container.js';
import type { Network } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import type { ProxyDeclaration } from './declaration.js';
import type { Demand, Wanted } from './demand.js';
import { gatewayOfProxy, moveHints, skipReason, takesGateway } from './gateway-moves.js';
import type { Membership } from './memberships.js';
import { finding } from './steps.js';
import type { Surroundings } from './surroundings.js';

/** The networks to join, in order, and what is said of those that cannot be joined or shall not. */
export interface Joining {
  readonly joins: readonly Wanted[];
  readonly findings: readonly Finding[];
}

/** As they come, but of networks of one name the one that was there first: every run chooses the same. */
function inOrder(wanted: readonly Wanted[], { networks, byName }: Surroundings): readonly Wanted[] {
  if (byName.size === networks.length) return wanted;
  const age = ({ network }: Wanted): string => `${network.created} ${network.id}`;
  return [...wanted].sort((a, b) => (age(a) < age(b) ? -1 : 1));
}

/** Why a network cannot be joined for its name's sake: memberships are keyed by it. */
function nameTrouble(
  proxy: Container,
  wanted: Wanted,
  takenNames: ReadonlySet<string>,
  around: Surroundings,
): string | undefined {
  const { name } = wanted.network;
  if (takenNames.has(name))
    return 'it is on another network of the same name, and a container can be on one only';
  const same = around.byName.get(name) ?? [];
  if (same.length === 1) return undefined;
  if (!isAlive(proxy))
    return 'its name stands for several networks, and a container that starts knows only the name';
  return undefined;
}

/** What is said of a network that is not joined for its name's sake. */
function refusedName(proxy: Container, { network }: Wanted, reason: string): Finding {
  const hints = ['Remove one of the two networks of that name, by ID.'];
  return finding('refused', proxy, network.name, reason, hints);
}

/** What is said of networks that are not joined because the gateway would move there. */
function refusedMoves(proxy: Container, networks: readonly Network[], around: Surroundings): Finding[] {
  const [first] = networks;
  if (!first) return [];
  const hints = moveHints(proxy, first, around);
  return networks.map(({ name }) => finding('refused', proxy, name, skipReason('joining', proxy), hints));
}

/** The networks with something to route to that the proxy is not on and can be on. */
export function planJoining(
  proxy: Container,
  on: readonly Membership[],
  /** Names of networks that it is put back on before. */
  back: ReadonlySet<string>,
  declaration: ProxyDeclaration,
  demand: Demand,
  around: Surroundings,
): Joining {
  const findings: Finding[] = [];
  const joins: Wanted[] = [];
  const onIds = new Set(on.map(({ network }) => network?.id));
  const takenNames = new Set(on.filter(({ stale }) => !stale).map(({ endpoint }) => endpoint.networkName));
  const gateway = gatewayOfProxy(proxy, around);
  const skipped: Network[] = [];
  const missing = [...demand.wanted.values()].filter(
    ({ network }) => !onIds.has(network.id) && !back.has(network.name),
  );
  for (const wanted of inOrder(missing, around)) {
    const { network } = wanted;
    const trouble = nameTrouble(proxy, wanted, takenNames, around);
    if (trouble !== undefined) findings.push(refusedName(proxy, wanted, trouble));
    else if (gateway && declaration.onGatewayMove === 'skip' && takesGateway(network, gateway, around)) {
      skipped.push(network);
    } else {
      takenNames.add(network.name);
      joins.push(wanted);
    }
  }
  findings.push(...refusedMoves(proxy, skipped, around));
  if (!gateway) return { joins, findings };
  const networks = joins.map(({ network }) => network);
  const next = gatewayOfProxy(proxy, around, networks)?.network;
  // The one that takes the gateway first: it then moves once, to where it stays.
  joins.sort((a, b) => Number(b.network === next) - Number(a.network === next));
  return { joins, findings };
}
