import type { Container } from '../model/container.js';
import type { Network } from '../model/network.js';
import type { World } from '../model/world.js';
import type { WarpDeclaration } from './routes/declaration.js';
import { ownersOf } from './routes/namespace-owner.js';
import { allTargetRoutes, findWarps } from './routes/warp-names.js';
import { needsEnvironment } from './routes/target-routes.js';

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
  const targetRoutes = allTargetRoutes(declaration, containers);
  const some = [
    ...open,
    ...targetRoutes.map(({ container }) => container),
    ...findWarps(declaration, targetRoutes, containers),
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
  const declared = new Set(allTargetRoutes(declaration, containers).map(({ container }) => container.id));
  const others = containers.filter(({ id }) => holders.has(id) && !declared.has(id));
  return new Set(others.flatMap(({ endpoints }) => endpoints.map(({ networkName }) => networkName)));
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
