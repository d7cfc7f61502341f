import type { Engine } from '../../docker/engine.js';
import type { Container } from '../../model/container.js';
import type { StepResult } from '../../model/report.js';
import type { ViaRoute } from '../../model/routing.js';
import type { Step } from '../../model/step.js';
import { holderOf } from '../../warps/policy/by-hand.js';

/** The ways to a warp that a step has opened. */
function opened(step: Step): ViaRoute[] {
  if (step.do !== 'set-routing') return [];
  return step.changes.flatMap(change =>
    change.change === 'set-route' && change.route.type === 'via' ? [change.route] : [],
  );
}

/**
 * Looks once more whether the addresses that ways were opened to are still those of their warps. One that ended
 * between the look and the change has given its address away (engine fact E27): another round takes the way back.
 */
export async function withWaysLost(
  engine: Engine,
  results: readonly StepResult[],
): Promise<readonly StepResult[]> {
  const hasOpened = ({ step, outcome }: StepResult): boolean => outcome === 'done' && opened(step).length > 0;
  if (!results.some(hasOpened)) return results;
  let containers: readonly Container[];
  try {
    containers = await engine.listContainers();
  } catch {
    // What was done stays told; that the engine is away, the next look says.
    return results;
  }
  return results.map(result => {
    const isLost = hasOpened(result) && opened(result.step).some(via => !holderOf(via, containers));
    return isLost ? { ...result, note: 'its warp has gone meanwhile', lookAgain: true } : result;
  });
}
