import { type Container, type EndpointSettings, endpointSettings, isAlive } from '../model/container.js';
import type { Network } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import type { Step } from '../model/step.js';
import { containsAddress, parsePrefix } from '../net/prefix.js';
import { parseAddress } from '../net/address.js';
import type { ProxyDeclaration } from './declaration.js';
import type { Demand } from './demand.js';
import { reasonToStay } from './leaving.js';
import type { Membership } from './memberships.js';
import { connectStep, finding, removeEntryStep } from './steps.js';
import { type Surroundings, networkNamed } from './surroundings.js';

/** What makes a stopped proxy startable again. */
export interface Healing {
  readonly steps: readonly Step[];
  /** Networks it is put back on. */
  readonly back: readonly Network[];
  /** Networks that are there again and that it has no more use for. */
  readonly dropped: readonly Network[];
  readonly findings: readonly Finding[];
}

const nothing: Healing = { steps: [], back: [], dropped: [], findings: [] };

const entryIsDead = 'the network it refers to is gone, and with it the container cannot start';
const remade = 'the network was made anew, and with the old entry the container cannot start';

function holds(network: Network, address: string): boolean {
  const reading = parseAddress(address);
  return network.ipam.pools.some(({ subnet = '' }) => {
    const pool = parsePrefix(subnet);
    return reading.ok && pool.ok && containsAddress(pool.prefix, reading.address);
  });
}

/** What a membership had, as far as the network made anew can give it. */
function settingsOn(network: Network, { ipv4, ipv6, ...rest }: EndpointSettings): EndpointSettings {
  return {
    ...rest,
    ...(ipv4 !== undefined && holds(network, ipv4) && { ipv4 }),
    ...(ipv6 !== undefined && holds(network, ipv6) && { ipv6 }),
  };
}

/** Why nothing can bring a proxy's home network back to it, but a person. */
function homeIsLost(
  proxy: Container,
  { endpoint, role }: Membership,
  network: Network | undefined,
): Finding | undefined {
  if (role !== 'home' || proxy.networkMode.kind !== 'network') return undefined;
  const { networkName } = endpoint;
  if (proxy.networkMode.network !== networkName) {
    // The engine looks for that very ID at every start.
    const reason = 'its home network is gone, and it was created on that network’s ID: it cannot start';
    return finding('refused', proxy, networkName, reason, ['Recreate the proxy.']);
  }
  if (network) return undefined;
  return finding('refused', proxy, networkName, 'its home network is gone: it cannot start', [
    `Create the network again, then: fairlead proxy join ${proxy.name}`,
  ]);
}

/** One entry that refers to a network which is gone. */
function healEntry(
  proxy: Container,
  membership: Membership,
  declaration: ProxyDeclaration,
  demand: Demand,
  around: Surroundings,
): Healing {
  const { networkName } = membership.endpoint;
  const network = networkNamed(networkName, around);
  const lost = homeIsLost(proxy, membership, network);
  if (lost) return { ...nothing, findings: [lost] };
  const remove = (reason: string): Step => removeEntryStep(proxy, networkName, reason);
  if (!network) return { ...nothing, steps: [remove(entryIsDead)] };
  const settings = endpointSettings(proxy, networkName);
  if (proxy.reading.read !== 'details') {
    const why = 'it was made anew, and what the proxy had there could not be read';
    return { ...nothing, findings: [finding('refused', proxy, networkName, why)] };
  }
  // What Fairlead joined is joined anew where it is wanted; anything else gets back what it had, if that is known.
  const isWanted = demand.wanted.has(network.id);
  const joinsAnew = isWanted && (membership.role === 'joined' || settings === undefined);
  if (joinsAnew) return { ...nothing, steps: [remove(remade)] };
  const stays = isWanted || reasonToStay(proxy, membership, network, declaration, demand) !== undefined;
  if (!stays) return { ...nothing, steps: [remove(entryIsDead)], dropped: [network] };
  const connect = connectStep(proxy, network, settingsOn(network, settings ?? {}), 'as it was before');
  return { ...nothing, steps: [remove(remade), connect], back: [network] };
}

/**
 * What a stopped or created proxy needs to start: without the entries of networks that are gone, and back on those
 * that were made anew under the same name (engine fact E9).
 */
export function planHealing(
  proxy: Container,
  on: readonly Membership[],
  declaration: ProxyDeclaration,
  demand: Demand,
  around: Surroundings,
): Healing {
  if (isAlive(proxy)) return nothing;
  const parts = on
    .filter(({ stale }) => stale)
    .map(membership => healEntry(proxy, membership, declaration, demand, around));
  return {
    steps: parts.flatMap(({ steps }) => steps),
    back: parts.flatMap(({ back }) => back),
    dropped: parts.flatMap(({ dropped }) => dropped),
    findings: parts.flatMap(({ findings }) => findings),
  };
}
