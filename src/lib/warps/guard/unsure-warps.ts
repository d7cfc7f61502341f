import type { Container } from '../../model/container.js';
import type { World } from '../../model/world.js';
import type { WarpDeclaration } from '../routes/declaration.js';
import { ownersOf } from '../routes/namespace-owner.js';
import { mayBeTamperProof } from '../routes/tamper-proof.js';
import { targetRoutesFor } from '../routes/target-routes.js';
import { findWarps } from '../routes/warp-names.js';
import { relayedWarps } from './relayed.js';
import { warpsByHand } from './warps-by-hand.js';

/** Whether something of ours is in a namespace that could not be read: any container may serve it by hand. */
export function isAnyHolderUnread({ kernel }: World): boolean {
  return [...(kernel?.holders ?? [])].some(id => kernel?.namespaces.get(id)?.read === 'unreadable');
}

/**
 * Returns whether a container may be a warp, as far as what could not be read goes: it keeps an address that the guard
 * lets out, and gets none let out. What could not be read is neither gone nor changed.
 */
export function unsureWarps(declaration: WarpDeclaration, world: World): (container: Container) => boolean {
  const { containers } = world;
  const relayed = relayedWarps(declaration, world);
  if (isAnyHolderUnread(world)) return container => relayed(container) !== 'surely';
  const declared = containers.map(container => targetRoutesFor(container, declaration));
  const routes = declared.flatMap(({ targetRoutes, possible }) => [...targetRoutes, ...possible]);
  const warps = findWarps(declaration, routes, containers);
  const owners = [...ownersOf(warps, containers), ...warpsByHand(world, mayBeTamperProof)];
  const ids = new Set(owners.map(({ id }) => id));
  return container => ids.has(container.id) && relayed(container) !== 'surely';
}
