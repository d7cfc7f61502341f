import type { Container } from '../../model/container.js';
import type { World } from '../../model/world.js';
import { namespaceOwner } from './namespace-owner.js';
import { warpOf } from './warp-names.js';
import type { TargetRoute } from './target-routes.js';

/** Who is routed through whom: from namespace owner to namespace owners, by ID. */
export type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The shortest way on which a packet sent from one to the other would come back, both ends included; undefined where
 * it never does.
 */
export function wayBack(from: string, to: string, edges: Edges): string[] | undefined {
  if (from === to) return [from, to];
  const cameFrom = new Map<string, string>([[to, from]]);
  for (const at of cameFrom.keys()) {
    for (const next of edges.get(at) ?? []) {
      if (next === from) return [from, ...trace(at, from, cameFrom), from];
      if (!cameFrom.has(next)) cameFrom.set(next, at);
    }
  }
  return undefined;
}

function trace(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  for (let at: string | undefined = end; at !== undefined && at !== start; at = cameFrom.get(at))
    way.unshift(at);
  return way;
}

/** Who would be routed through whom if all that is declared were in force. */
export function edgesOf(
  declared: readonly { readonly owner: Container; readonly targetRoute: TargetRoute }[],
  { containers }: World,
): Edges {
  const edges = new Map<string, Set<string>>();
  for (const { owner, targetRoute } of declared) {
    const warp = warpOf(targetRoute, containers);
    const found = warp && namespaceOwner(warp, containers);
    if (!found || 'missing' in found) continue;
    edges.set(owner.id, (edges.get(owner.id) ?? new Set()).add(found.owner.id));
  }
  return edges;
}
