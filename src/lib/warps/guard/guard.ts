import { ExitCode } from '../../model/errors.js';
import { bridgeOf } from '../../model/guard.js';
import type { HostNetworking, KernelView, OutOfReach } from '../../model/kernel-view.js';
import { emptyPlan, type Finding, type Plan } from '../../model/plan.js';
import type { World } from '../../model/world.js';
import { type Parties, planGuardOnHost } from './guard-on-host.js';

/** Why the host's firewall is not known. */
function whyUnseen({ outOfReach, host }: Partial<KernelView>): Pick<Finding, 'reason' | 'hints'> {
  if (host?.lacksNft) {
    return {
      reason: 'cannot be guarded: the program nft is not on this machine',
      hints: ['Install it: the package is called nftables on most distributions.'],
    };
  }
  const { why = 'nobody looked at the firewall of this host', hints = [] } = outOfReach ?? {};
  return { reason: `cannot be guarded: ${why}`, ...(hints.length > 0 && { hints }) };
}

/** Without a look at the host's firewall nothing is said to be guarded, and nothing is taken away. */
function unguarded(networks: readonly string[], kernel: Partial<KernelView>): Plan {
  const why = whyUnseen(kernel);
  return {
    steps: [],
    findings: networks.map(network => ({ find: 'refused', job: 'warps', network, ...why })),
  };
}

/** The host as a plan takes it that nobody may look at: with no guard, and with all bridges that there should be. */
function unseenHost({ networks }: World): HostNetworking {
  return { interfaces: networks.map(bridgeOf), filtersBridged: false, nameServers: [] };
}

/** Without the rights a plan is still shown, as it would be from nothing; carried out it is not. */
function planUnseen(
  networks: readonly string[],
  { why, hints }: OutOfReach,
  world: World,
  parties: Parties,
): Plan {
  if (networks.length === 0) return emptyPlan;
  const { steps, findings } = planGuardOnHost(networks, unseenHost(world), world, parties);
  const reason = `what is guarded at present could not be read, and is planned as if nothing were: ${why}`;
  return { steps, findings: [{ find: 'warning', job: 'warps', reason, hints }, ...findings] };
}

/**
 * Holds back, in the host's firewall, what does not leave the declared networks through a warp (`egress: warp`): also
 * while a container starts and nothing is routed in it yet, and against one that can change its own routing (engine
 * fact E35). The table is written as a whole, and what is in force for a network stays so while it is declared.
 */
export function planGuard(networks: readonly string[], world: World, parties: Parties): Plan {
  const { host, outOfReach } = world.kernel ?? {};
  if (outOfReach?.exit === ExitCode.privileges) {
    return planUnseen(networks, outOfReach, world, parties);
  }
  if (!host || host.lacksNft) return unguarded(networks, world.kernel ?? {});
  return planGuardOnHost(networks, host, world, parties);
}
