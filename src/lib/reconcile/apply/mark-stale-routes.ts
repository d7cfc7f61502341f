import type { Engine } from '../../docker/engine.js';
import type { Container } from '../../model/container.js';
import type { StepResult } from '../../model/report.js';
import { isViaRoute, type ViaRoute } from '../../model/routing.js';
import type { Step } from '../../model/step.js';
import { holderOf } from '../../warps/policy/by-hand.js';

/** The routes to warps that a step has added. */
function added(step: Step): ViaRoute[] {
  if (step.do !== 'set-routing') return [];
  return step.changes.flatMap(change =>
    change.change === 'set-route' && isViaRoute(change.route) ? [change.route] : [],
  );
}

/**
 * Marks the results of steps that added a route to an address which its warp no longer has. A warp that ended between
 * the look and the change has given its address away (engine fact E27): another round removes the route.
 */
export async function markStaleRoutes(
  engine: Engine,
  results: readonly StepResult[],
): Promise<readonly StepResult[]> {
  const hasAdded = ({ step, outcome }: StepResult): boolean => outcome === 'done' && added(step).length > 0;
  if (!results.some(hasAdded)) return results;
  let containers: readonly Container[];
  try {
    containers = await engine.listContainers();
  } catch {
    // The results of what was done stay as they are; the next look reports that the engine is away.
    return results;
  }
  return results.map(result => {
    const isStale = hasAdded(result) && added(result.step).some(via => !holderOf(via, containers));
    return isStale ? { ...result, note: 'its warp has gone meanwhile', needsAnotherRound: true } : result;
  });
}
