import type { Container } from '../../model/container.js';
import type { World } from '../../model/world.js';
import { isEverything } from '../policy/selections.js';
import type { WarpDeclaration } from '../routes/declaration.js';
import { namespaceOwner } from '../routes/namespace-owner.js';
import { warpOf } from '../routes/warp-names.js';
import { type TargetRoute, targetRoutesFor } from '../routes/target-routes.js';

/** Whether nothing is left that would go as the engine routes it. A rule for all of IPv4 alone means IPv6 as well. */
function takesAll(targetRoutes: readonly TargetRoute[]): boolean {
  const rules = targetRoutes.flatMap(targetRoute => targetRoute.rules);
  const takes = (family: 4 | 6): boolean =>
    rules.some(rule => rule.to.family === family && isEverything(rule));
  const speaksOfIpv6 = rules.some(({ to }) => to.family === 6);
  return takes(4) && (takes(6) || !speaksOfIpv6) && targetRoutes.every(({ bypass }) => bypass.length === 0);
}

/**
 * Returns whether a warp sends all it has through another warp, as labels or the config declare: `surely`, or `maybe`
 * where the environment that tells could not be read. From its start until it is routed it would send by its network's
 * gateway what its targets send to it, and with its own address. That holds just as well while the other warp is not
 * there: the target is closed then, from the moment it is routed.
 */
export function relayedWarps(
  declaration: WarpDeclaration,
  { containers }: Pick<World, 'containers'>,
): (warp: Pick<Container, 'id'>) => 'surely' | 'maybe' | 'no' {
  const ownerIdOf = (container: Container): string | undefined => {
    const found = namespaceOwner(container, containers);
    return 'owner' in found ? found.owner.id : undefined;
  };
  return ({ id }) => {
    const leadsElsewhere = (targetRoute: TargetRoute): boolean => {
      const warp = warpOf(targetRoute, containers);
      return targetRoute.origin !== 'command' && (warp === undefined || ownerIdOf(warp) !== id);
    };
    const declared = containers
      .filter(container => ownerIdOf(container) === id)
      .map(container => targetRoutesFor(container, declaration));
    const sure = declared.flatMap(({ targetRoutes }) => targetRoutes).filter(leadsElsewhere);
    if (takesAll(sure)) return 'surely';
    const possible = declared.flatMap(each => each.possible).filter(leadsElsewhere);
    return takesAll([...sure, ...possible]) ? 'maybe' : 'no';
  };
}
