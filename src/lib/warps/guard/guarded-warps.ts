import type { World } from '../../model/world.js';
import type { WarpDeclaration } from '../routes/declaration.js';
import type { WarpsOn } from './guard-on-host.js';
import { relayedWarps } from './relayed.js';
import { ownersOf } from '../routes/namespace-owner.js';
import { networksOf } from '../routes/shared-network.js';
import { isTamperProof } from '../routes/tamper-proof.js';
import { allTargetRoutes, findWarps } from '../routes/warp-names.js';
import { warpsByHand } from './warps-by-hand.js';

/**
 * The warps that are on a guarded network, by the containers whose addresses they have. What is routed by hand counts
 * where no container can have written it itself, to let itself or another one past the guard.
 */
export function warpsOn(declaration: WarpDeclaration, world: World): WarpsOn {
  const { containers, networks } = world;
  const targetRoutes = allTargetRoutes(declaration, containers);
  const owners = [
    ...ownersOf(findWarps(declaration, targetRoutes, containers), containers),
    ...warpsByHand(world, isTamperProof),
  ];
  const unique = [...new Map(owners.map(owner => [owner.id, owner])).values()];
  const relayed = relayedWarps(declaration, world);
  const marked = unique.map(owner =>
    relayed(owner) === 'no' ? owner : { ...owner, isRelayed: true as const },
  );
  return ({ name }) =>
    marked.filter(owner => networksOf(owner, networks).some(network => network.name === name));
}
