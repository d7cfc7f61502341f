import { matchesGlob } from '../../model/glob.js';
import type { RouteDeclaration } from '../schema.js';
import { type SpecProblem, specError } from '../spec-problem.js';

/** Beyond this the search takes too long for a check; the plan refuses circles by itself. */
const mostRoutes = 500;

/**
 * Routes by which a packet would come back to where it was. Only containers that the config names are known here:
 * every `via`, and what the patterns of targets match among them.
 */
export function checkWarpCycles(routes: readonly RouteDeclaration[]): SpecProblem[] {
  if (routes.length > mostRoutes) return [];
  const warps = [...new Set(routes.map(({ via }) => via))];
  const edges = warps.map(warp =>
    routes.map((route, index) => ({ route, index })).filter(({ route }) => isTarget(route, warp)),
  );
  const next = new Map(warps.map((warp, at) => [warp, edges[at] ?? []]));
  const told = new Set<number>();
  return warps.flatMap(start => {
    const way = wayBack(start, next);
    const last = way.length === 0 ? undefined : Math.max(...way);
    if (last === undefined || way.some(index => told.has(index))) return [];
    for (const index of way) told.add(index);
    const names = [start, ...way.map(index => routes[index]?.via ?? '')];
    const message =
      way.length === 1
        ? `${start} would be routed through itself`
        : `these routes go in a circle: ${names.join(' → ')}`;
    return [specError(['warp', 'routes', last, 'via'], message)];
  });
}

interface Edge {
  readonly route: RouteDeclaration;
  readonly index: number;
}

/**
 * Whether a route is sure to mean a container, of which the config knows nothing but its name. Regular expressions
 * are left to the plan, which knows the containers: one can take longer than anyone waits for a check.
 */
export function isTarget({ target }: RouteDeclaration, name: string): boolean {
  if (target.labels || target.env) return false;
  return (target.names ?? []).some(pattern => !pattern.startsWith('re:') && matchesGlob(pattern, name));
}

/** The routes, by index, of the shortest way from a warp back to itself; none if there is no way. */
function wayBack(start: string, next: ReadonlyMap<string, readonly Edge[]>): number[] {
  const queue: { at: string; way: number[] }[] = [{ at: start, way: [] }];
  const seen = new Set<string>();
  for (const { at, way } of queue) {
    for (const { route, index } of next.get(at) ?? []) {
      if (route.via === start) return [...way, index];
      if (seen.has(route.via)) continue;
      seen.add(route.via);
      queue.push({ at: route.via, way: [...way, index] });
    }
  }
  return [];
}
