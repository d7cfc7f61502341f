import { type Plan, emptyPlan } from '../model/plan.js';
import type { World } from '../model/world.js';
import type { RoutedTarget } from './route.js';

/** Forwarding and NAT in the warps of the routes that ask for it, and nowhere else. */
export function planNat(targets: readonly RoutedTarget[], world: World): Plan {
  void [targets, world];
  return emptyPlan;
}
