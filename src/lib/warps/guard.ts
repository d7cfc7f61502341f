import type { Container } from '../model/container.js';
import type { Network } from '../model/network.js';
import { type Plan, emptyPlan } from '../model/plan.js';
import type { World } from '../model/world.js';

/** The warps of a network, whether or not they run. */
export type WarpsOn = (network: Network) => readonly Container[];

/** Holds back what does not leave the declared networks through a warp: `egress: warp`. */
export function planGuard(networks: readonly string[], world: World, warpsOn: WarpsOn): Plan {
  void [networks, world, warpsOn];
  return emptyPlan;
}
