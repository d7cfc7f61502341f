import { type Container, type Endpoint, endpointSettings, isAlive } from '../model/container.js';
import { isHome, networkOfEndpoint } from '../model/membership.js';
import { type Network, isPredefinedName } from '../model/network.js';
import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import { isAttachment, unreadBecause } from './own.js';
import type { Wanted } from './wanted.js';

/** A connection to be undone. */
export interface Leaving {
  readonly container: Container;
  readonly network: Network;
  readonly endpoint: Endpoint;
}

/** An own entry of a stopped container whose network is gone: with it the container cannot start (engine fact E9). */
export interface Dangling {
  readonly container: Container;
  readonly endpoint: Endpoint;
}

export interface Departures {
  readonly leaves: readonly Leaving[];
  readonly dangling: readonly Dangling[];
  readonly kept: readonly Finding[];
}

/** Whether the network that an entry names is gone, or another one has its name now. */
function isGone(endpoint: Endpoint, world: World): boolean {
  return endpoint.networkId === undefined
    ? !world.networks.some(network => network.name === endpoint.networkName)
    : networkOfEndpoint(endpoint, world.networks) === undefined;
}

/** Endpoints that no rule holds: not the home, not what the engine makes itself, and not wanted any more, or gone. */
function looseEndpoints(container: Container, wanted: Wanted, world: World): Endpoint[] {
  return container.endpoints.filter(endpoint => {
    const { networkName, networkId = '' } = endpoint;
    const network = networkOfEndpoint(endpoint, world.networks) ?? { id: networkId, name: networkName };
    if (isPredefinedName(networkName) || isHome(container, network)) return false;
    return !wanted.memberships.has(networkName) || isGone(endpoint, world);
  });
}

function kept(container: Container, { networkName }: Endpoint, reason: string): Finding {
  return { find: 'kept', job: 'attachments', container: container.name, network: networkName, reason };
}

function unreadReason(endpoint: Endpoint, wanted: Wanted, why: string): string {
  const undecided = wanted.undecided.get(endpoint.networkName);
  return undecided === undefined
    ? `could not read who attached it: ${why}`
    : `could not tell whether ${undecided} means it: ${why}`;
}

/** What of a container's memberships is Fairlead's, by a rule or for an app, and no rule asks for any more. */
export function departuresOf(container: Container, wanted: Wanted, world: World): Departures {
  const loose = looseEndpoints(container, wanted, world);
  const isWanted = (endpoint: Endpoint): boolean => wanted.memberships.has(endpoint.networkName);
  const unread = unreadBecause(container);
  if (unread !== undefined) {
    const unclear = loose.filter(endpoint => !isWanted(endpoint));
    return {
      leaves: [],
      dangling: [],
      kept: unclear.map(endpoint => kept(container, endpoint, unreadReason(endpoint, wanted, unread))),
    };
  }
  const own = loose.filter(({ networkName }) => isAttachment(endpointSettings(container, networkName)));
  if (container.state === 'restarting') {
    const reason = 'in a restart loop: the engine cannot disconnect it between two runs';
    const staying = own.filter(endpoint => !isWanted(endpoint));
    return { leaves: [], dangling: [], kept: staying.map(endpoint => kept(container, endpoint, reason)) };
  }
  return {
    leaves: own.flatMap(endpoint => {
      const network = networkOfEndpoint(endpoint, world.networks);
      return network ? [{ container, network, endpoint }] : [];
    }),
    // A running container cannot hold an entry for a network that is gone: what looks like one is a race.
    dangling: isAlive(container)
      ? []
      : own.filter(endpoint => isGone(endpoint, world)).map(endpoint => ({ container, endpoint })),
    kept: [],
  };
}

/** The leave that is taken back so that a container keeps a network: it never leaves its last one. */
export function strandingLeave(leaves: readonly Leaving[], joins: number, world: World): Leaving | undefined {
  const [first] = leaves;
  const standing = first?.container.endpoints.filter(endpoint => !isGone(endpoint, world)).length ?? 0;
  return standing + joins > leaves.length ? undefined : first;
}
