import type { Container } from '../../model/container.js';
import type { World } from '../../model/world.js';
import { isEverything } from '../policy/selections.js';
import type { WarpDeclaration } from '../routes/declaration.js';
import { namespaceOwner } from '../routes/namespace-owner.js';
import { warpOf } from '../routes/warp-names.js';
import { type Wish, wishesFor } from '../routes/wishes.js';

/** Whether nothing is left that would go as the engine routes it. A rule for all of IPv4 alone means IPv6 as well. */
function takesAll(wishes: readonly Wish[]): boolean {
  const rules = wishes.flatMap(wish => wish.rules);
  const takes = (family: 4 | 6): boolean =>
    rules.some(rule => rule.to.family === family && isEverything(rule));
  const speaksOfIpv6 = rules.some(({ to }) => to.family === 6);
  return takes(4) && (takes(6) || !speaksOfIpv6) && wishes.every(({ bypass }) => bypass.length === 0);
}

/**
 * Returns whether a warp sends all it has through another warp, as labels or the config declare. From its start until it
 * is routed it would send by its network's gateway what its targets send to it, and with its own address.
 */
export function relayedWarps(
  declaration: WarpDeclaration,
  { containers }: Pick<World, 'containers'>,
): (warp: Pick<Container, 'id'>) => boolean {
  const ownerIdOf = (container: Container): string | undefined => {
    const found = namespaceOwner(container, containers);
    return 'owner' in found ? found.owner.id : undefined;
  };
  return ({ id }) => {
    const wishes = containers
      .filter(container => ownerIdOf(container) === id)
      .flatMap(container => wishesFor(container, declaration).wishes)
      .filter(wish => wish.origin !== 'command');
    const isElsewhere = (wish: Wish): boolean => {
      const warp = warpOf(wish, containers);
      return warp !== undefined && ownerIdOf(warp) !== id;
    };
    return takesAll(wishes.filter(isElsewhere));
  };
}
