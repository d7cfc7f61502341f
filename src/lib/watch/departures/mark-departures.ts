import type { Container, Departure } from '../../model/container.js';
import { isPredefinedName } from '../../model/network.js';
import type { World } from '../../model/world.js';

/**
 * What is known of a container that was sent a signal. `signalled`: the signal may have asked it to stop, or to do
 * something else. The proxies treat such a container as running; it counts only in whether several containers are
 * stopped at once, as by an engine that shuts down.
 */
export interface Departing {
  readonly is: Departure['is'] | 'signalled';
}

/** What ties containers together: those that one command brings down are of one project, or on one network. */
function tiesOf({ labels, endpoints }: Container): string[] {
  const project = labels['com.docker.compose.project'];
  return [
    ...(project === undefined ? [] : [`project ${project}`]),
    ...endpoints.flatMap(({ networkName }) =>
      isPredefinedName(networkName) ? [] : [`network ${networkName}`],
    ),
  ];
}

function belongTogether([first, ...others]: readonly Container[]): boolean {
  if (!first) return true;
  const ties = new Set(tiesOf(first));
  let left = others.map(tiesOf);
  for (;;) {
    const tied = left.filter(own => own.some(tie => ties.has(tie)));
    if (tied.length === 0) return left.length === 0;
    left = left.filter(own => !tied.includes(own));
    for (const tie of tied.flat()) ties.add(tie);
  }
}

/** The World, with departing containers marked as such. */
export function markDepartures(world: World, departing: ReadonlyMap<string, Departing>): World {
  if (departing.size === 0) return world;
  const departs = world.containers.filter(({ id }) => departing.has(id));
  const amongOthers = !belongTogether(departs);
  const containers = world.containers.map(container => {
    const is = departing.get(container.id)?.is;
    return is && is !== 'signalled' ? { ...container, departure: { is, amongOthers } } : container;
  });
  return { ...world, containers };
}
