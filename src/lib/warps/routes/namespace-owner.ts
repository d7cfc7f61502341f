import type { Container } from '../../model/container.js';
import { findNamed } from '../../model/lookup.js';

/** Whose network namespace a container is in. */
export type NamespaceOwner =
  | { readonly owner: Container }
  /** It shares that of a container that is not there: what is left of it has no network. */
  | { readonly missing: string };

/**
 * The container that made the network namespace which this one is in: itself, or at the end of `container:` modes
 * the one that they lead to (the engine follows such a chain too, and has no loops in it).
 */
export function namespaceOwner(container: Container, containers: readonly Container[]): NamespaceOwner {
  let at = container;
  for (const seen = new Set<string>(); at.networkMode.kind === 'container';) {
    seen.add(at.id);
    const [next] = findNamed(containers, at.networkMode.of);
    if (!next || seen.has(next.id)) return { missing: at.networkMode.of };
    at = next;
  }
  return { owner: at };
}

/** Owners of the namespaces that these containers are in. */
export function ownersOf(some: readonly Container[], containers: readonly Container[]): Container[] {
  return some.flatMap(container => {
    const found = namespaceOwner(container, containers);
    return 'owner' in found ? [found.owner] : [];
  });
}
