import { type Container, type Endpoint, endpointOn, endpointSettings, isAlive } from '../model/container.js';
import { isHome } from '../model/membership.js';
import type { Network } from '../model/network.js';
import type { FieldDrift, Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import { addressFault } from './addresses.js';
import { asksForSettings, endpointDrift } from './drift.js';
import { modeObstacle, networkObstacle } from './obstacles.js';
import { isOurs, unreadBecause } from './own.js';
import type { WantedMembership } from './wanted.js';

export interface AttachmentOptions {
  /** IDs of the reverse proxies: which networks they are on is not for rules to say. */
  readonly proxies?: ReadonlySet<string>;
  /** Reconnect running containers whose aliases or addresses are not as declared, which cuts their connections. */
  readonly mendEndpoints?: boolean;
}

/** A connection to be made. */
export interface Joining {
  readonly container: Container;
  readonly network: Network;
  readonly wanted: WantedMembership;
  /** The entry that has to go first: one that differs, or one whose network is gone. */
  readonly replaces?: {
    readonly endpoint: Endpoint;
    readonly stale: boolean;
    readonly drift: readonly FieldDrift[];
  };
}

/** What comes of one wanted membership. */
export type Verdict =
  | { readonly is: 'settled'; readonly finding: Finding }
  /** Cannot be for a reason that is the network's: told once, not for each container. */
  | { readonly is: 'impossible'; readonly networkName: string; readonly why: string }
  | { readonly is: 'joining'; readonly joining: Joining };

interface Case {
  readonly container: Container;
  readonly wanted: WantedMembership;
  readonly world: World;
  readonly options: AttachmentOptions;
}

function settled(
  { container, wanted }: Case,
  find: Finding['find'],
  reason: string,
  more: Pick<Finding, 'hints' | 'drift'> = {},
): Verdict {
  const about = { job: 'attachments', network: wanted.networkName, container: container.name } as const;
  return { is: 'settled', finding: { find, ...about, reason, ...more } };
}

function isProxy({ container, options }: Case): boolean {
  return options.proxies?.has(container.id) ?? false;
}

/**
 * Refused, and not only noted: what is declared is not so, and a run that ends well would say that it is. It may even
 * be in a loop for want of this network. Between two runs the engine records the connection and fails (2.7).
 */
const restarting = 'in a restart loop: the engine cannot connect it between two runs';

function foreignDrift(one: Case, network: Network, drift: readonly FieldDrift[]): Verdict {
  const { container } = one;
  if (isHome(container, network)) {
    const reason = 'connected otherwise than declared, to its home network, which is never touched';
    return settled(one, 'drift', reason, { drift, hints: ['Recreate it with these settings.'] });
  }
  const reason = 'connected otherwise than declared, and not by Fairlead, which leaves it so';
  const hints = [
    `Disconnect it, and it is attached as declared: fairlead network disconnect ${network.name} ${container.name}`,
  ];
  return settled(one, 'drift', reason, { drift, hints });
}

/** It is on the network. Whoever connected it: what is as declared is left alone. */
function judgeConnected(one: Case, network: Network, endpoint: Endpoint): Verdict {
  const { container, wanted, world, options } = one;
  if (!asksForSettings(wanted) || isProxy(one)) return settled(one, 'unchanged', 'connected already');
  const settings = endpointSettings(container, network.name);
  if (!settings) {
    const why = unreadBecause(container) ?? 'the engine does not tell';
    return settled(one, 'kept', `connected already; with which settings could not be read: ${why}`);
  }
  const drift = endpointDrift(wanted, endpoint, settings, world.engine);
  if (drift.length === 0) return settled(one, 'unchanged', 'connected already, as declared');
  if (!isOurs(container, network)) return foreignDrift(one, network, drift);
  const fault = wanted.fault ?? addressFault(wanted, network);
  if (fault !== undefined) return settled(one, 'refused', fault, { drift });
  if (container.state === 'restarting') return settled(one, 'drift', restarting, { drift });
  // Of a stopped container nothing is interrupted, and a plain connect would say 200 and change nothing.
  if (isAlive(container) && !options.mendEndpoints) {
    const reason =
      'connected otherwise than declared; a change takes a disconnect, which cuts its connections';
    return settled(one, 'drift', reason, { drift });
  }
  return {
    is: 'joining',
    joining: { container, network, wanted, replaces: { endpoint, stale: false, drift } },
  };
}

/** Its entry of this name is for another network: the network is gone and was made again (engine fact E9). */
function judgeStale(one: Case, network: Network, endpoint: Endpoint): Verdict {
  const { container, wanted } = one;
  if (isAlive(container)) {
    const reason = 'on another network of the same name, and a container can be on one only';
    return settled(one, 'refused', reason, {
      hints: ['Remove one of the two networks of that name, by ID.'],
    });
  }
  const unread = unreadBecause(container);
  if (unread !== undefined) {
    return settled(one, 'kept', `refers to a network that is gone; by whom could not be read: ${unread}`);
  }
  if (!isOurs(container, network)) {
    const reason =
      'refers to a network of this name that is gone, and cannot start; not attached by Fairlead';
    const hints = [`To mend it: fairlead network connect ${network.name} ${container.name}`];
    return settled(one, 'refused', reason, { hints });
  }
  const fault = wanted.fault ?? addressFault(wanted, network);
  if (fault !== undefined) return settled(one, 'refused', fault);
  return {
    is: 'joining',
    joining: { container, network, wanted, replaces: { endpoint, stale: true, drift: [] } },
  };
}

function judgeMissing(one: Case, network: Network): Verdict {
  const { container, wanted } = one;
  const why = networkObstacle(network);
  if (why !== undefined) return { is: 'impossible', networkName: network.name, why };
  const fault = wanted.fault ?? addressFault(wanted, network);
  if (fault !== undefined) return settled(one, 'refused', fault);
  return { is: 'joining', joining: { container, network, wanted } };
}

/** What comes of a membership that the rules ask for. */
export function judgeMembership(
  container: Container,
  wanted: WantedMembership,
  named: readonly Network[],
  world: World,
  options: AttachmentOptions,
): Verdict {
  const one: Case = { container, wanted, world, options };
  const obstacle = modeObstacle(container, wanted.networkName, world);
  if (obstacle)
    return settled(one, obstacle.find, obstacle.reason, obstacle.hints && { hints: obstacle.hints });
  const endpoint = endpointOn(container, wanted.networkName);
  const own = named.find(({ id }) => endpoint?.networkId === undefined || endpoint.networkId === id);
  const impossible = (why: string): Verdict => ({ is: 'impossible', networkName: wanted.networkName, why });
  if (named.length === 0) return impossible('there is no network of this name');
  if (named.length > 1 && !(endpoint && own)) {
    return impossible(`the name stands for ${String(named.length)} networks`);
  }
  if (endpoint && own) return judgeConnected(one, own, endpoint);
  if (isProxy(one)) {
    return settled(
      one,
      'ignored',
      'a reverse proxy: it joins the networks it routes to, and no rule attaches it',
    );
  }
  if (container.state === 'restarting') return settled(one, 'refused', restarting);
  const [network] = named;
  if (!network) return impossible('there is no network of this name');
  return endpoint ? judgeStale(one, network, endpoint) : judgeMissing(one, network);
}
