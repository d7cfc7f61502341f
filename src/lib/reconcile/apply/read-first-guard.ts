import type { Engine } from '../../docker/engine.js';
import type { Kernel } from '../../netns/kernel.js';
import type { KnownGuard } from './known-guard.js';

/**
 * Reads the guard beside the first pass of this run, which reads it last: after containers that the engine may hang over
 * for 20 seconds. The guard of the run before is in force all that time. Never throws: the pass reads the same and reports
 * what cannot be read.
 */
export async function readFirstGuard(
  engine: Engine,
  kernel: Kernel,
  known: KnownGuard,
  signal: AbortSignal,
): Promise<void> {
  try {
    // Read after the guard, the list could show a stranger at the address of a warp that has ended in between.
    const containers = await engine.listContainers(signal);
    const [networks, guard] = await Promise.all([engine.listNetworks(signal), kernel.readGuard(signal)]);
    // The pass may have been faster, and have changed the guard by now.
    if (!known.isKnown) known.take(guard, { containers, networks });
  } catch {
    return;
  }
}
