import type { Graph } from './graph.js';

/** The graph as `--json` prints it; nodes are meant by their IDs. */
export function graphJson({ networks, containers, edges }: Graph): Record<string, unknown> {
  return {
    networks,
    containers: containers.map(({ id, name, state, mode, of, proxy, ports, stale }) => ({
      id,
      name,
      state,
      mode,
      ...(of !== undefined && { of }),
      proxy,
      ports,
      stale,
    })),
    edges,
  };
}
