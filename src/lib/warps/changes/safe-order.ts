import { isViaRoute } from '../../model/routing.js';
import type { Step } from '../../model/step.js';

/**
 * Whether a step only closes: it removes routes to warps and adds none, or takes addresses out of the guard. It may come
 * before anything else, and must not wait.
 */
export function closesOnly(step: Step): boolean {
  if (step.do === 'set-guard') return step.withdraws !== undefined;
  return (
    step.do === 'set-routing' &&
    !step.changes.some(change => change.change === 'set-route' && isViaRoute(change.route))
  );
}

/** What closes, and the guard: no failure of another step may keep it from being done. */
export function closesTraffic(step: Step): boolean {
  return step.do === 'set-guard' || closesOnly(step);
}

/** What closes comes first, then what a warp needs to serve, then what opens, and at last what gives up. */
function rank(step: Step): number {
  switch (step.do) {
    case 'set-routing':
      return closesOnly(step) ? 0 : 3;
    case 'set-guard':
      return 1;
    case 'set-nat':
      return step.nat ? 2 : 5;
    case 'clear-routing':
      return 4;
    case 'create-network':
    case 'recreate-network':
    case 'remove-network':
    case 'connect':
    case 'disconnect':
      throw new Error(`${step.do} is no step of warps`);
  }
}

/** Steps in an order in which nothing is opened before what belongs to it is in place. */
export function inSafeOrder(steps: readonly Step[]): Step[] {
  return [...steps].sort((a, b) => rank(a) - rank(b));
}
