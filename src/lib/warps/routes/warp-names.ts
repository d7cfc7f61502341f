import type { Container } from '../../model/container.js';
import { findNamed } from '../../model/lookup.js';
import { matchesName } from '../../model/selector.js';
import type { WarpDeclaration } from './declaration.js';
import { targetRoutesFor, type TargetRoute } from './target-routes.js';

/** The container that a route leads to: by its name, on the command line by its ID as well. */
export function warpOf(
  { via, origin }: TargetRoute,
  containers: readonly Container[],
): Container | undefined {
  const [named, ...others] =
    origin === 'command' ? findNamed(containers, via) : containers.filter(({ name }) => name === via);
  return others.length === 0 ? named : undefined;
}

/** The containers that are warps: those that anything declares a route through, and those of the pattern. */
export function findWarps(
  { namePattern }: WarpDeclaration,
  targetRoutes: readonly TargetRoute[],
  containers: readonly Container[],
): Container[] {
  const ids = new Set(targetRoutes.flatMap(targetRoute => warpOf(targetRoute, containers)?.id ?? []));
  return containers.filter(
    ({ id, name }) => ids.has(id) || (namePattern !== undefined && matchesName(namePattern, name)),
  );
}

/** All that is declared for all containers. */
export function allTargetRoutes(
  declaration: WarpDeclaration,
  containers: readonly Container[],
): TargetRoute[] {
  return containers.flatMap(container => targetRoutesFor(container, declaration).targetRoutes);
}
