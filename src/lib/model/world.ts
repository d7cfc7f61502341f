import type { Container } from './container.js';
import type { EngineInfo } from './engine-info.js';
import type { KernelView } from './kernel-view.js';
import type { Network } from './network.js';

/** What was observed, in one value that nothing changes. */
export interface World {
  readonly engine: EngineInfo;
  readonly networks: readonly Network[];
  /** All containers, stopped ones too. */
  readonly containers: readonly Container[];
  /** Names of endpoints that have no container, by ID of network; of those networks that were asked about. */
  readonly ghosts?: ReadonlyMap<string, readonly string[]>;
  /** Why it could not be read what is left on a network, by its ID: it is not to be removed then. */
  readonly unreadGhosts?: ReadonlyMap<string, string>;
  /** What the kernel says; absent where nobody asked. */
  readonly kernel?: KernelView;
}
