import { nearest } from '../../config/nearest.js';
import type { Container } from '../../model/container.js';
import type { WarpDeclaration } from './declaration.js';
import { allTargetRoutes } from './warp-names.js';

/** A warp by a name that no container has. */
interface MissingWarp {
  readonly via: string;
  /** Where it is declared, for the person who reads of it. */
  readonly says: readonly string[];
  /** A name that it may have been meant to be. */
  readonly meant?: string;
}

/** Warps that are declared and not there, as the engine's lists tell: the kernel need not be at hand. */
export function missingWarps(declaration: WarpDeclaration, containers: readonly Container[]): MissingWarp[] {
  const present = containers.map(({ name }) => name);
  const labelled = allTargetRoutes(declaration, containers)
    .filter(({ origin }) => origin === 'label')
    .map(({ via, says, container }) => ({ via, says: `${says} of ${container.name}` }));
  const absent = new Map<string, string[]>();
  for (const { via, says } of [...declaration.routes, ...labelled]) {
    if (!present.includes(via)) absent.set(via, [...(absent.get(via) ?? []), says]);
  }
  return [...absent].map(([via, says]) => {
    const meant = nearest(via, present);
    return { via, says, ...(meant !== undefined && { meant }) };
  });
}
