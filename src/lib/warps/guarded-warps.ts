import type { Container } from '../model/container.js';
import type { World } from '../model/world.js';
import { byHandRouting } from './by-hand.js';
import type { WarpDeclaration } from './declaration.js';
import type { WarpsOn } from './guard-seen.js';
import { namespaceOwner } from './namespace-owner.js';
import { networksOf } from './shared-network.js';
import { allWishes, findWarps } from './warp-names.js';

/** Warps that something was routed through by hand: nothing declares them, and they serve their targets. */
function warpsByHand({ kernel, containers }: World): Container[] {
  return [...(kernel?.namespaces.values() ?? [])].flatMap(reading =>
    reading.read === 'state'
      ? byHandRouting(reading.state.routing, containers).tables.flatMap(({ warp }) => warp ?? [])
      : [],
  );
}

/** Who may send out of a guarded network: the warps that are on it, by the containers whose addresses they have. */
export function warpsOn(declaration: WarpDeclaration, world: World): WarpsOn {
  const { containers, networks } = world;
  const wishes = allWishes(declaration, containers);
  const warps = [...findWarps(declaration, wishes, containers), ...warpsByHand(world)];
  const owners = warps.flatMap(warp => {
    const found = namespaceOwner(warp, containers);
    return 'owner' in found ? [found.owner] : [];
  });
  const unique = [...new Map(owners.map(owner => [owner.id, owner])).values()];
  return ({ name }) =>
    unique.filter(owner => networksOf(owner, networks).some(network => network.name === name));
}
