import { processOf } from '../model/container-process.js';
import { type Container, isAlive } from '../model/container.js';
import type { World } from '../model/world.js';
import { byHandRouting } from './policy/by-hand.js';
import { routingIn } from './policy/target-state.js';
import type { WarpDeclaration } from './routes/declaration.js';
import { ownersOf } from './routes/namespace-owner.js';
import { mayBeOrphaned } from './routes/orphans.js';
import { allTargetRoutes, findWarps } from './routes/warp-names.js';

/**
 * Whose namespaces to read, by container ID, and of whom also what it does with the packets of others. It is asked
 * again with what was read, until it asks for nothing more.
 */
export type NamespacesToRead = (
  declaration: WarpDeclaration,
  world: World,
) => ReadonlyMap<string, { readonly warpSide: boolean }>;

/** Warps that something is routed through by hand, as far as namespaces have been read. */
function warpsByHand(world: World): Container[] {
  const { containers } = world;
  return containers.flatMap(container => {
    const routing = routingIn(container, world);
    return routing ? byHandRouting(routing, containers).tables.flatMap(({ warp }) => warp ?? []) : [];
  });
}

/** Running, and in a namespace that is not the host's: that one is never worked on. */
function hasNamespace(container: Container): boolean {
  return isAlive(container) && container.networkMode.kind !== 'host';
}

/** What to read of one. */
interface NamespaceToRead {
  readonly warpSide: boolean;
  readonly resolverFile?: string;
}

function resolverOf({ reading }: Container): Pick<NamespaceToRead, 'resolverFile'> {
  const file = reading.read === 'details' ? reading.details.resolvConfPath : undefined;
  return file === undefined ? {} : { resolverFile: file };
}

/**
 * Whose namespaces to read, by container ID, and of whom also what it does with the packets of others. What was read
 * may tell of more.
 */
export function namespacesToRead(declaration: WarpDeclaration, world: World): Map<string, NamespaceToRead> {
  const { containers } = world;
  const targetRoutes = allTargetRoutes(declaration, containers);
  const warps = ownersOf(findWarps(declaration, targetRoutes, containers), containers);
  const targets = ownersOf(
    targetRoutes.map(({ container }) => container),
    containers,
  );
  // One that may have lost its owner's namespace is in another: only a look tells.
  const orphans = targetRoutes
    .map(({ container }) => container)
    .filter(container => ownersOf([container], containers).some(owner => mayBeOrphaned(container, owner)));
  const holders = ownersOf(
    containers.filter(({ id }) => world.kernel?.holders.has(id) ?? false),
    containers,
  );
  const asked = new Map<string, NamespaceToRead>();
  // Nobody declares what is left over: only a look tells whether it served others, too.
  for (const { id } of holders.filter(hasNamespace)) asked.set(id, { warpSide: true });
  for (const { id } of orphans) asked.set(id, { warpSide: false });
  for (const target of targets.filter(hasNamespace))
    asked.set(target.id, { warpSide: false, ...resolverOf(target) });
  for (const { id } of warps.filter(hasNamespace)) asked.set(id, { ...asked.get(id), warpSide: true });
  // Nobody has inspected a warp of others that is on none of their networks any more: it is none at present.
  for (const owner of ownersOf(warpsByHand(world), containers).filter(hasNamespace))
    if (processOf(owner)) asked.set(owner.id, { ...asked.get(owner.id), warpSide: true });
  return asked;
}
