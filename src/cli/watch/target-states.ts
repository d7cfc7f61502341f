import type { FairleadConfig } from '../../lib/config/schema.js';
import type { StepResult } from '../../lib/model/report.js';
import type { World } from '../../lib/model/world.js';
import { type TargetState, listWarps } from '../../lib/warps/listing.js';
import { warpDeclaration } from '../../lib/warps/routes/declaration.js';

/** The World as a pass saw it, with the config it was made for. */
export interface Seen {
  readonly world: World;
  readonly config: FairleadConfig;
}

/** The states of targets as values of a label. */
const labels: Record<TargetState, string> = {
  routed: 'routed',
  blocked: 'blocked',
  'not routed yet': 'not_routed_yet',
  drifted: 'drifted',
  'not running': 'not_running',
  refused: 'refused',
  'by hand': 'by_hand',
  'left over': 'left_over',
  unknown: 'unknown',
};

/** The states that a step of the same pass changes; a target that is refused stays so where a step has closed its way. */
const passing: ReadonlySet<TargetState> = new Set(['routed', 'blocked', 'not routed yet', 'drifted']);

/** What the steps of a pass have made of the routes it saw, by the name of the container. */
function changed(results: readonly StepResult[]): ReadonlyMap<string, TargetState> {
  const states = new Map<string, TargetState>();
  for (const { step, outcome } of results) {
    if (outcome !== 'done' || step.do !== 'set-routing') continue;
    states.set(step.container.name, step.routes.every(({ open }) => open) ? 'routed' : 'blocked');
  }
  return states;
}

/** How many targets are in which state since a pass, by label; undefined where it did not look at the kernel. */
export function targetStates(
  { world, config }: Seen,
  results: readonly StepResult[],
): ReadonlyMap<string, number> | undefined {
  if (!world.kernel) return undefined;
  const counts = new Map<string, number>(Object.values(labels).map(label => [label, 0]));
  const since = changed(results);
  for (const { container, state } of listWarps(warpDeclaration(config), world).targets) {
    const label = labels[(passing.has(state) ? since.get(container) : undefined) ?? state];
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}
