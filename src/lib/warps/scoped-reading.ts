import type { Container } from '../model/container.js';
import { findNamed } from '../model/lookup.js';
import type { World } from '../model/world.js';
import { byHandRouting } from './policy/by-hand.js';
import { type NamespacesToRead, namespacesToRead } from './namespaces-to-read.js';
import { namespaceOwner } from './routes/namespace-owner.js';
import { routingIn, warpOfRoute } from './policy/target-state.js';
import { allTargetRoutes, findWarps, warpOf } from './routes/warp-names.js';
import type { TargetRoute } from './routes/target-routes.js';

/** What the containers that are named have to do with. */
interface Named {
  /** Whoever made the namespaces that they are in. */
  readonly owners: ReadonlySet<string>;
  /** All who are in those, as the engine says. */
  readonly members: readonly Container[];
  readonly targetRoutes: readonly TargetRoute[];
}

function ownerOf(container: Container, { containers }: World): Container {
  const found = namespaceOwner(container, containers);
  return 'owner' in found ? found.owner : container;
}

function lookUp(targets: readonly string[], targetRoutes: readonly TargetRoute[], world: World): Named {
  const named = targets.flatMap(target => findNamed(world.containers, target));
  const owners = new Set(named.map(container => ownerOf(container, world).id));
  const members = world.containers.filter(container => owners.has(ownerOf(container, world).id));
  const ids = new Set(members.map(({ id }) => id));
  return { owners, members, targetRoutes: targetRoutes.filter(({ container }) => ids.has(container.id)) };
}

/** The warps that they are to be routed through, and those that the kernel says they are. */
function warpsOf({ owners, targetRoutes }: Named, world: World): Container[] {
  const { containers } = world;
  const known = containers.flatMap(container => {
    const routing = owners.has(container.id) ? routingIn(container, world) : undefined;
    if (!routing) return [];
    const ways = routing.routes.flatMap(route =>
      route.type === 'via' ? (warpOfRoute(route, containers) ?? []) : [],
    );
    return [...ways, ...byHandRouting(routing, containers).tables.flatMap(({ warp }) => warp ?? [])];
  });
  return [...targetRoutes.flatMap(targetRoute => warpOf(targetRoute, containers) ?? []), ...known];
}

function hasNat({ id }: Container, { kernel }: World): boolean {
  const reading = kernel?.namespaces.get(id);
  // What could not be read may have.
  return reading !== undefined && (reading.read !== 'state' || (reading.state.warpSide?.hasOwn ?? true));
}

function only<T>(all: ReadonlyMap<string, T>, ids: ReadonlySet<string>): ReadonlyMap<string, T> {
  return new Map([...all].filter(([id]) => ids.has(id)));
}

/**
 * For a command that routes these alone: their namespaces, and those of their warps. NAT in one of them is for all that
 * are routed through it, and written as a whole: where there is or will be any, everything is read.
 */
export function namespacesToRoute(targets: readonly string[]): NamespacesToRead {
  if (targets.length === 0) return namespacesToRead;
  return (declaration, world) => {
    const all = namespacesToRead(declaration, world);
    const targetRoutes = allTargetRoutes(declaration, world.containers);
    const named = lookUp(targets, targetRoutes, world);
    const warps = warpsOf(named, world).map(warp => ownerOf(warp, world));
    const ids = new Set(warps.map(({ id }) => id));
    const isAsked = targetRoutes.some(targetRoute => {
      const warp = targetRoute.nat ? warpOf(targetRoute, world.containers) : undefined;
      return warp !== undefined && ids.has(ownerOf(warp, world).id);
    });
    if (isAsked || warps.some(warp => hasNat(warp, world))) return all;
    return only(all, new Set([...named.members.map(({ id }) => id), ...ids]));
  };
}

/**
 * For a command that clears these alone: their namespaces, and whoever may have NAT that lets them by. That is a warp,
 * or somebody in whose namespace something of ours is that nothing is declared for.
 */
export function namespacesToUnroute(targets: readonly string[]): NamespacesToRead {
  if (targets.length === 0) return namespacesToRead;
  return (declaration, world) => {
    const { containers } = world;
    const all = namespacesToRead(declaration, world);
    const targetRoutes = allTargetRoutes(declaration, containers);
    const named = lookUp(targets, targetRoutes, world);
    const declared = new Set(targetRoutes.map(({ container }) => ownerOf(container, world).id));
    const warps = [...findWarps(declaration, targetRoutes, containers), ...warpsOf(named, world)];
    return only(
      all,
      new Set([
        ...named.members.map(({ id }) => id),
        ...warps.map(warp => ownerOf(warp, world).id),
        ...[...all.keys()].filter(id => !declared.has(id)),
      ]),
    );
  };
}
