import type { Container } from '../model/container.js';
import { type RoutingState, noRouting } from '../model/routing.js';
import type { World } from '../model/world.js';
import { holderOf } from './by-hand.js';

/** What was read of ours in a container's namespace; undefined where it could not be read. */
export function routingIn({ id }: Container, { kernel }: World): RoutingState | undefined {
  const reading = kernel?.namespaces.get(id);
  return reading?.read === 'state' ? reading.state.routing : undefined;
}

/** Whether anything of ours is there. */
export function holdsRouting({ rules, routes, replies }: RoutingState = noRouting): boolean {
  return rules.length > 0 || routes.length > 0 || replies !== undefined;
}

/**
 * What is there without the ways to addresses that are their warp's no more. It is what becomes of a target of which
 * cannot be told what is meant: it stays as closed as it is, and nothing is sent to strangers (engine fact E27).
 */
export function withoutStaleWays(routing: RoutingState, containers: readonly Container[]): RoutingState {
  const routes = routing.routes.filter(
    route => route.type === 'unreachable' || holderOf(route, containers) !== undefined,
  );
  return { ...routing, routes };
}
