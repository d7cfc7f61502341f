import { endpointOn, isAlive } from '../../model/container.js';
import { bridgeOf } from '../../model/guard.js';
import { type Plan, emptyPlan } from '../../model/plan.js';
import { leavesBy } from './guard-on-host.js';
import { networkRef } from '../../model/step.js';
import type { World } from '../../model/world.js';
import { canonicalAddress } from '../../net/address.js';

/**
 * Lets these warps out of networks whose guard is in force, and changes nothing else of it: what is guarded by a config
 * that a command for single targets does not know stays guarded.
 */
export function planGuardAdditions(warpIds: ReadonlySet<string>, world: World): Plan {
  const { kernel, networks, containers } = world;
  const inForce = kernel?.host?.guard;
  if (!inForce?.whole) return emptyPlan;
  const warps = containers.filter(container => warpIds.has(container.id) && isAlive(container));
  const guard = inForce.bridges.map(({ bridge, warps: known }) => {
    const network = networks.find(each => bridgeOf(each) === bridge);
    const addresses = network
      ? warps
          .filter(warp => leavesBy(network.name, warp, world))
          .flatMap(warp => {
            const { ipv4, ipv6 } = endpointOn(warp, network.name) ?? {};
            return [ipv4, ipv6].flatMap(address =>
              address === undefined ? [] : [canonicalAddress(address)],
            );
          })
      : [];
    return {
      network: network ? networkRef(network) : { name: bridge },
      bridge,
      warps: [...new Set([...known, ...addresses])].sort(),
      isNew: addresses.some(address => !known.includes(address)),
    };
  });
  if (!guard.some(({ isNew }) => isNew)) return emptyPlan;
  return {
    steps: [
      {
        do: 'set-guard',
        job: 'warps',
        guard: guard.map(({ network, bridge, warps: allowed }) => ({ network, bridge, warps: allowed })),
        reason: 'what is routed through a warp has to get out by it',
      },
    ],
    findings: [],
  };
}
