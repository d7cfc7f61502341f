import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import type { RoutedTarget } from './route.js';

/** What is missing on the way through each warp, and how to mend it; each lack is said once. */
export function preflight(targets: readonly RoutedTarget[], world: World): Finding[] {
  void [targets, world];
  return [];
}
