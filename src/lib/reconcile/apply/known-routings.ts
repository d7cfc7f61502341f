import { type Container, isAlive } from '../../model/container.js';
import type { StepResult } from '../../model/report.js';
import { isViaRoute, noRouting } from '../../model/routing.js';
import type { Step } from '../../model/step.js';
import type { World } from '../../model/world.js';
import { type KnownRouting, knownRouting } from '../../warps/changes/stale-routes.js';
import type { Executed } from '../executed.js';
import { KnownGuard } from './known-guard.js';

/** What a pass has seen of routing and guard; each part is absent where it did not look. */
type Seen = Partial<Pick<World, 'kernel' | 'containers' | 'networks'>>;

/**
 * The routing in the containers' namespaces and the guard, as far as they were read and written. It is kept from pass to
 * pass where there are several: one that does not look into namespaces (the proxies alone) still knows which routes a
 * warp may leave behind.
 */
export class KnownRoutings {
  readonly guard = new KnownGuard();
  #known = new Map<string, KnownRouting>();
  #closings: StepResult[] = [];

  /**
   * Takes over what a pass has read. What it did not read, or could not, stays known of containers that run: a pass that
   * does not look at the kernel or cannot reach it, and a namespace or a container that could not be read.
   */
  see(seen: Seen): void {
    const { kernel, containers = [] } = seen;
    const isRead = kernel !== undefined && !kernel.outOfReach;
    const read = new Map((isRead ? knownRouting(seen) : []).map(each => [each.container.id, each]));
    const now = containers.filter(isAlive).flatMap(container => {
      const known = this.#known.get(container.id);
      const stays = !isRead || isUnread(container, seen);
      return read.get(container.id) ?? (known && stays ? known : []);
    });
    this.#known = new Map(now.map(each => [each.container.id, each]));
    this.guard.see(seen);
  }

  /** Takes over what a step has left in a namespace or in the guard; it may be something else than was planned. */
  note(step: Step, { left, guard }: Pick<Executed, 'left' | 'guard'> = {}): void {
    if (guard) this.guard.note(guard);
    if (step.do !== 'set-routing' && step.do !== 'clear-routing') return;
    const routing = left ?? (step.do === 'set-routing' ? step.routing : noRouting);
    this.#known.set(step.container.id, { container: step.container, routing });
  }

  /** Keeps the result of a closing that was no step of the plan, until a report takes it up. */
  noteClosing(result: StepResult): void {
    this.#closings.push(result);
  }

  /** The closings beside a pass that no report has: those of a pass that failed as a whole are in the next one's. */
  takeClosings(): readonly StepResult[] {
    return this.#closings.splice(0);
  }

  all(): KnownRouting[] {
    return [...this.#known.values()];
  }

  get hasViaRoutes(): boolean {
    return this.all().some(({ routing }) => routing.routes.some(isViaRoute));
  }
}

function isUnread({ id, reading }: Container, { kernel }: Seen): boolean {
  const namespace = kernel?.namespaces.get(id);
  return namespace?.read === 'unreadable' || reading.read === 'unreadable';
}
