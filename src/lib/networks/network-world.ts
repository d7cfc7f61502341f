import type { World } from '../model/world.js';

/** What networks are planned from. */
export interface NetworkWorld extends Pick<
  World,
  'engine' | 'networks' | 'ghosts' | 'unreadGhosts' | 'kernel'
> {
  /** Who is on them; absent where it was not asked for. Without it nothing counts as unused. */
  readonly containers?: World['containers'];
}
