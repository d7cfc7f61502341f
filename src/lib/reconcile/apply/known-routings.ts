import { isAlive } from '../../model/container.js';
import { isViaRoute, noRouting, type RoutingState } from '../../model/routing.js';
import type { Step } from '../../model/step.js';
import type { World } from '../../model/world.js';
import { type KnownRouting, knownRouting } from '../../warps/changes/stale-routes.js';

/**
 * What is in the containers' namespaces, as far as was read and done. It is kept from pass to pass where there are
 * several: one that does not look into them (the proxies alone) still knows which ways a warp may leave behind.
 */
export class KnownRoutings {
  #known = new Map<string, KnownRouting>();

  /** What a pass has seen counts; where it did not look, what was known of those who run is kept. */
  see({ kernel, containers = [] }: Partial<Pick<World, 'kernel' | 'containers'>>): void {
    const running = new Set(containers.filter(isAlive).map(({ id }) => id));
    const now = kernel
      ? knownRouting({ kernel, containers })
      : this.all().filter(({ container }) => running.has(container.id));
    this.#known = new Map(now.map(each => [each.container.id, each]));
  }

  /** What a step has left in a namespace, where it is not what was planned, is what is known of it from then on. */
  note(step: Step, left?: RoutingState): void {
    if (step.do !== 'set-routing' && step.do !== 'clear-routing') return;
    const routing = left ?? (step.do === 'set-routing' ? step.routing : noRouting);
    this.#known.set(step.container.id, { container: step.container, routing });
  }

  all(): KnownRouting[] {
    return [...this.#known.values()];
  }

  get hasViaRoutes(): boolean {
    return this.all().some(({ routing }) => routing.routes.some(isViaRoute));
  }
}
