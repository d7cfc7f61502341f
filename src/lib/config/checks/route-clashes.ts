import { formatRoutingRule, isSameSelector, readRoutingRule, type RoutingRule } from '../routing-rule.js';
import type { FairleadConfig, RouteDeclaration } from '../schema.js';
import { plainNames } from './selector-checks.js';
import { type SpecProblem, specError } from '../spec-problem.js';
import { isTarget } from './warp-cycles.js';

/** Beyond this comparing each with each takes too long for a check; the plan refuses clashes by itself. */
const mostRoutes = 500;

interface ReadRoute {
  readonly route: RouteDeclaration;
  readonly names: readonly string[];
  readonly rules: readonly RoutingRule[];
}

/** A container that both are sure to mean, as far as the config names any. */
function sharedTarget(a: ReadRoute, b: ReadRoute): string | undefined {
  const name = [...a.names, ...b.names].find(each => isTarget(a.route, each) && isTarget(b.route, each));
  if (name !== undefined) return name;
  return JSON.stringify(a.route.target) === JSON.stringify(b.route.target) ? 'the same targets' : undefined;
}

function clash(first: ReadRoute, second: ReadRoute, at: number): string | undefined {
  const [one, two] = [first.route, second.route];
  const which = `warp.routes[${String(at)}]`;
  if (one.via === two.via) {
    if (one.network === undefined || two.network === undefined || one.network === two.network)
      return undefined;
    const target = sharedTarget(first, second);
    return (
      target &&
      `${which} reaches ${one.via} for ${target} on ${one.network}, and one warp is reached on one network`
    );
  }
  const rule = second.rules.find(each => first.rules.some(other => isSameSelector(each, other)));
  const target = rule && sharedTarget(first, second);
  return (
    rule && target && `${formatRoutingRule(rule)} of ${target} goes through ${one.via} already (${which})`
  );
}

/** The same traffic of a container through two warps, or one warp on two networks: the plan refuses both. */
export function checkRouteClashes({ routes, routing_rules }: FairleadConfig['warp']): SpecProblem[] {
  if (routes.length > mostRoutes) return [];
  const read = routes.map((route): ReadRoute => ({
    route,
    names: plainNames(route.target),
    rules: (route.rules ?? routing_rules).flatMap(declared => {
      const reading = readRoutingRule(declared);
      return reading.ok ? [reading.rule] : [];
    }),
  }));
  return read.flatMap((second, index) => {
    for (const [at, first] of read.slice(0, index).entries()) {
      const message = clash(first, second, at);
      if (message !== undefined) return [specError(['warp', 'routes', index, 'via'], message)];
    }
    return [];
  });
}
