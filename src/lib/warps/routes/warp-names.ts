import type { Container } from '../../model/container.js';
import { findNamed } from '../../model/lookup.js';
import { matchesName } from '../../model/selector.js';
import type { WarpDeclaration } from './declaration.js';
import { wishesFor, type Wish } from './wishes.js';

/** The container that a route leads to: by its name, on the command line by its ID as well. */
export function warpOf({ via, origin }: Wish, containers: readonly Container[]): Container | undefined {
  const [named, ...others] =
    origin === 'command' ? findNamed(containers, via) : containers.filter(({ name }) => name === via);
  return others.length === 0 ? named : undefined;
}

/** The containers that are warps: those that anything declares a route through, and those of the pattern. */
export function findWarps(
  { namePattern }: WarpDeclaration,
  wishes: readonly Wish[],
  containers: readonly Container[],
): Container[] {
  const ids = new Set(wishes.flatMap(wish => warpOf(wish, containers)?.id ?? []));
  return containers.filter(
    ({ id, name }) => ids.has(id) || (namePattern !== undefined && matchesName(namePattern, name)),
  );
}

/** All that is declared for all containers. */
export function allWishes(declaration: WarpDeclaration, containers: readonly Container[]): Wish[] {
  return containers.flatMap(container => wishesFor(container, declaration).wishes);
}
