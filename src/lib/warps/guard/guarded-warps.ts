import type { Container } from '../../model/container.js';
import type { World } from '../../model/world.js';
import { byHandRouting } from '../policy/by-hand.js';
import type { WarpDeclaration } from '../routes/declaration.js';
import type { WarpsOn } from './guard-on-host.js';
import { relayedWarps } from './relayed.js';
import { namespaceOwner } from '../routes/namespace-owner.js';
import { networksOf } from '../routes/shared-network.js';
import { isTamperProof } from '../routes/tamper-proof.js';
import { warpOfRoute } from '../policy/target-state.js';
import { allTargetRoutes, findWarps } from '../routes/warp-names.js';

function ownerOf(container: Container, containers: readonly Container[]): Container | undefined {
  const found = namespaceOwner(container, containers);
  return 'owner' in found ? found.owner : undefined;
}

/**
 * Warps that something was routed through by hand: nothing declares them, and they serve their targets. A way to
 * them has to be open, out of a namespace whose containers cannot have written it themselves, to let themselves or
 * each other past the guard.
 */
function warpsByHand({ kernel, containers }: World): Container[] {
  return containers.flatMap(container => {
    const reading = kernel?.namespaces.get(container.id);
    const target = ownerOf(container, containers);
    if (reading?.read !== 'state' || !target || !isTamperProof(target, containers)) return [];
    const { tables } = byHandRouting(reading.state.routing, containers);
    const warps = tables.flatMap(({ vias }) => vias.flatMap(via => warpOfRoute(via, containers) ?? []));
    return warps.filter(warp => ownerOf(warp, containers)?.id !== target.id);
  });
}

/** The warps that are on a guarded network, by the containers whose addresses they have. */
export function warpsOn(declaration: WarpDeclaration, world: World): WarpsOn {
  const { containers, networks } = world;
  const targetRoutes = allTargetRoutes(declaration, containers);
  const warps = [...findWarps(declaration, targetRoutes, containers), ...warpsByHand(world)];
  const owners = warps.flatMap(warp => ownerOf(warp, containers) ?? []);
  const unique = [...new Map(owners.map(owner => [owner.id, owner])).values()];
  const isRelayed = relayedWarps(declaration, world);
  const marked = unique.map(owner => (isRelayed(owner) ? { ...owner, isRelayed: true as const } : owner));
  return ({ name }) =>
    marked.filter(owner => networksOf(owner, networks).some(network => network.name === name));
}
