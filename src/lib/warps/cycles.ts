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
