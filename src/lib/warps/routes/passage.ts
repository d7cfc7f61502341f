import { type Container, endpointOn, isAlive } from '../../model/container.js';
import type { Network } from '../../model/network.js';
import type { Passage } from './route.js';
import type { Party } from './shared-network.js';

/** The way from a target to its warp, or why it is closed for now. */
export type Way = { readonly passage: Passage } | { readonly closed: string };

/**
 * Whether a warp has its addresses at present. One that has ended keeps none: the next container to start may get
 * them (engine fact E27).
 */
export function whyDown(name: string, container: Container, owner: Container): string | undefined {
  for (const each of [container, owner])
    if (!isAlive(each)) {
      const whose =
        each.id === container.id ? `its warp ${name}` : `${each.name}, whose network ${name} is in,`;
      return each.state === 'restarting' ? `${whose} is restarting` : `${whose} does not run`;
    }
  return undefined;
}

/** The addresses on both sides of a network. */
export function wayOver(network: Network, target: Party, warp: Party): Way {
  const [near, far] = [target, warp].map(({ owner }) => endpointOn(owner, network.name));
  const passage: Passage = {
    network,
    ...(far?.ipv4 !== undefined && { ipv4: far.ipv4 }),
    ...(far?.ipv6 !== undefined && { ipv6: far.ipv6 }),
    ...(near?.ipv4 !== undefined && { targetIpv4: near.ipv4 }),
    ...(near?.ipv6 !== undefined && { targetIpv6: near.ipv6 }),
  };
  for (const [name, ipv4, ipv6] of [
    [`its warp ${warp.name}`, passage.ipv4, passage.ipv6],
    ['it', passage.targetIpv4, passage.targetIpv6],
  ] as const)
    if (ipv4 === undefined && ipv6 === undefined)
      return { closed: `${name} has no address on ${network.name} yet` };
  return { passage };
}
