import type { Container } from '../../model/container.js';
import type { World } from '../../model/world.js';
import { byHandRouting } from '../policy/by-hand.js';
import { warpOfRoute } from '../policy/target-state.js';
import { ownersOf } from '../routes/namespace-owner.js';

/**
 * Containers, by whose namespace they are in, that something was routed through by hand: nothing declares them, and they
 * serve their targets. A route to them has to be open, out of a namespace whose word counts.
 */
export function warpsByHand(
  { kernel, containers }: World,
  counts: (target: Container, containers: readonly Container[]) => boolean,
): Container[] {
  return containers.flatMap(container => {
    const reading = kernel?.namespaces.get(container.id);
    const [target] = ownersOf([container], containers);
    if (reading?.read !== 'state' || !target || !counts(target, containers)) return [];
    const { tables } = byHandRouting(reading.state.routing, containers);
    const warps = tables.flatMap(({ vias }) => vias.flatMap(via => warpOfRoute(via, containers) ?? []));
    return ownersOf(warps, containers).filter(({ id }) => id !== target.id);
  });
}
