import type { IdentifiedNetwork } from '../docker/engine.js';
import type { WrittenBridge } from '../model/guard.js';
import type { RoutingState } from '../model/routing.js';

/** What came of a step that did not fail. */
export interface Executed {
  readonly outcome: 'done' | 'unchanged';
  readonly note?: string;
  /** A network that this step made or found made. */
  readonly created?: IdentifiedNetwork;
  /** Set where what was found is not what was planned for: another round may settle it. */
  readonly needsAnotherRound?: true;
  /** What is in the namespace now, where it is not what was planned. */
  readonly left?: RoutingState;
  /** The guard that is in force now; each network has its bridge. */
  readonly guard?: readonly WrittenBridge[];
}
