import { processOf } from '../model/container-process.js';
import { type Container, isAlive } from '../model/container.js';
import type { Network } from '../model/network.js';
import type { World } from '../model/world.js';
import { byHandRouting } from './policy/by-hand.js';
import type { WarpDeclaration } from './routes/declaration.js';
import { namespaceOwner } from './routes/namespace-owner.js';
import { mayBeOrphaned } from './routes/orphans.js';
import { routingIn } from './policy/target-state.js';
import { allWishes, findWarps } from './routes/warp-names.js';
import { needsEnvironment } from './routes/wishes.js';

/** Owners of the namespaces that these containers are in. */
function ownersOf(some: readonly Container[], containers: readonly Container[]): Container[] {
  return some.flatMap(container => {
    const found = namespaceOwner(container, containers);
    return 'owner' in found ? [found.owner] : [];
  });
}

/**
 * Which containers must be inspected to plan for these warps: targets, warps, whoever's namespace they are in, and
 * where an environment decides. Their processes are told by nothing else.
 */
export function inspectionForWarps(
  declaration: WarpDeclaration,
): (container: Container, networks: readonly Network[], containers: readonly Container[]) => boolean {
  const known = new WeakMap<readonly Container[], ReadonlySet<string>>();
  return (container, _networks, containers) => {
    const ids = known.get(containers) ?? concerned(declaration, containers);
    known.set(containers, ids);
    return ids.has(container.id);
  };
}

function concerned(declaration: WarpDeclaration, containers: readonly Container[]): ReadonlySet<string> {
  const open = containers.filter(container => needsEnvironment(container, declaration));
  const wishes = allWishes(declaration, containers);
  const some = [
    ...open,
    ...wishes.map(({ container }) => container),
    ...findWarps(declaration, wishes, containers),
    // Whoever a route that is still open leads to.
    ...(open.length === 0
      ? []
      : containers.filter(({ name }) => declaration.routes.some(({ via }) => via === name))),
  ];
  return new Set([...some, ...ownersOf(some, containers)].map(({ id }) => id));
}

/**
 * Which containers must be inspected beside, for routes by hand: whoever is on a network with a namespace that
 * something of ours is in and nothing is declared for. Which of them is the warp only the kernel tells, later.
 */
export function inspectionForByHand(
  declaration: WarpDeclaration,
  holders: ReadonlySet<string>,
): (container: Container, containers: readonly Container[]) => boolean {
  const known = new WeakMap<readonly Container[], ReadonlySet<string>>();
  return (container, containers) => {
    const networks = known.get(containers) ?? networksByHand(declaration, holders, containers);
    known.set(containers, networks);
    return container.endpoints.some(({ networkName }) => networks.has(networkName));
  };
}

function networksByHand(
  declaration: WarpDeclaration,
  holders: ReadonlySet<string>,
  containers: readonly Container[],
): ReadonlySet<string> {
  const declared = new Set(allWishes(declaration, containers).map(({ container }) => container.id));
  const others = containers.filter(({ id }) => holders.has(id) && !declared.has(id));
  return new Set(others.flatMap(({ endpoints }) => endpoints.map(({ networkName }) => networkName)));
}

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
  const wishes = allWishes(declaration, containers);
  const warps = ownersOf(findWarps(declaration, wishes, containers), containers);
  const targets = ownersOf(
    wishes.map(({ container }) => container),
    containers,
  );
  // One that may have lost its owner's namespace is in another: only a look tells.
  const orphans = wishes
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

/** Whether anything is declared that takes the kernel: whoever has no warps needs no rights for them. */
export function needsKernel(
  declaration: WarpDeclaration,
  { containers }: Pick<World, 'containers'>,
): boolean {
  return (
    declaration.guarded.length > 0 ||
    declaration.routes.length > 0 ||
    containers.some(container => container.labels[declaration.labels.target] !== undefined)
  );
}
