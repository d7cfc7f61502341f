import type { Finding } from '../model/plan.js';
import type { World } from '../model/world.js';
import type { RoutedTarget } from './route.js';

export interface CaveatOptions {
  /** What lets traffic past the warp is refused instead of warned of. */
  readonly strict: boolean;
  /** Names of the networks that are guarded. */
  readonly guarded: ReadonlySet<string>;
}

/** What routing inside a namespace cannot promise for these targets. */
export function caveats(targets: readonly RoutedTarget[], world: World, options: CaveatOptions): Finding[] {
  void [targets, world, options];
  return [];
}
