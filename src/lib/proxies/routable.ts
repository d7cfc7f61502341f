import { type Container, isAlive } from '../model/container.js';
import { matchLabel, matchesName, selectAny } from '../model/selector.js';
import type { ProxySettings } from './declaration.js';
import { isOneOff, labelOf } from './labels.js';

/** Whether a container is one that the proxy must reach, and the reason either way. */
export type Routability =
  | { readonly is: 'routable'; readonly because: string }
  /** Keeps the proxy where it is and makes it join nothing: between two runs of a restart loop, or not healthy. */
  | { readonly is: 'held'; readonly because: string; readonly unreachable: string }
  /** Meant to be routed to, and something stands in the way. */
  | { readonly is: 'unreachable'; readonly because: string }
  /** Has nothing to do with the proxy. */
  | { readonly is: 'unrelated' }
  /** Could not be read: nothing may be concluded from it. */
  | { readonly is: 'unreadable'; readonly because: string };

type Counted = Pick<ProxySettings, 'conventions' | 'exposedByDefault' | 'health' | 'leaveAt'>;

/** False as Go's strconv.ParseBool reads it, which is how Traefik reads its labels, in any case. */
function isSwitchedOff(value: string | undefined): boolean {
  return value !== undefined && ['false', 'f', '0', 'no', 'off'].includes(value.trim().toLowerCase());
}

function isSwitchedOn(value: string | undefined): boolean {
  return value !== undefined && ['true', 't', '1', 'yes', 'on'].includes(value.trim().toLowerCase());
}

/** Why a container that matches does not count. */
function disqualified(container: Container, { conventions, exposedByDefault }: Counted): string | undefined {
  if (isOneOff(container)) return 'a one-off container';
  if (isSwitchedOff(labelOf(container, 'fairlead.proxy'))) return 'opted out by fairlead.proxy';
  if (!conventions.traefikEnable) return undefined;
  const enable = labelOf(container, 'traefik.enable');
  if (isSwitchedOff(enable)) return 'opted out by traefik.enable=false';
  if (!exposedByDefault && !isSwitchedOn(enable))
    return 'without traefik.enable=true, which is asked for (exposed_by_default: false)';
  return undefined;
}

/** What may count at all: a container that runs, or will at any moment. */
function mayCount(container: Container): boolean {
  return isAlive(container) || container.state === 'restarting';
}

function needsReading({ routable }: Counted['conventions'], container: Container): boolean {
  if ((routable.env ?? []).length === 0) return false;
  if (routable.names?.some(pattern => matchesName(pattern, container.name))) return false;
  return matchLabel(routable.labels ?? [], container.labels) === undefined;
}

/** Whether deciding on a container takes its environment, and so an inspect. Stopped ones are not asked. */
export function needsEnvironment({ conventions }: Counted, container: Container): boolean {
  return mayCount(container) && needsReading(conventions, container);
}

/**
 * Unhealthy, or not yet healthy. It holds what is joined for as long as it runs: to leave would cut what it still
 * serves, and a check that flaps would make the proxy flap with it.
 */
function waitsForHealth(container: Container, { health }: Counted): string | undefined {
  if (health !== 'healthy' || container.health === undefined || container.health === 'healthy')
    return undefined;
  return container.health;
}

/**
 * Of one that the engine still lists as running. Where others are ended too, it holds what is joined until the list
 * says so: an engine that shuts down is not followed, and what was left before is not joined for a moment.
 */
function departing({ name, departure }: Container, { leaveAt }: Counted): Routability | undefined {
  if (!departure || (departure.is === 'stopping' && leaveAt === 'end')) return undefined;
  const what = departure.is === 'ended' ? 'has just ended' : 'is being stopped';
  return departure.amongOthers
    ? { is: 'held', because: `${name} ${what}, as others are`, unreachable: `${what}, as others are` }
    : { is: 'unreachable', because: what };
}

const longestMatch = 80;

/** One line of a match: VIRTUAL_HOST_MULTIPORTS is a page of YAML. */
function brief(matched: string): string {
  const [line = ''] = matched.trim().split('\n', 1);
  return line.length < matched.trim().length || line.length > longestMatch
    ? `${line.slice(0, longestMatch)}…`
    : line;
}

/** Whether the proxy must reach a container. */
export function judge(declared: Counted, container: Container): Routability {
  const match = selectAny(declared.conventions.routable, container);
  if (match === 'no') return { is: 'unrelated' };
  if (match === 'unreadable') {
    if (!mayCount(container) || disqualified(container, declared) !== undefined) return { is: 'unrelated' };
    if (departing(container, declared)?.is === 'unreachable') return { is: 'unrelated' };
    const why = container.reading.read === 'unreadable' ? container.reading.why : 'it was not inspected';
    return { is: 'unreadable', because: `could not read ${container.name}: ${why}` };
  }
  const excluded = disqualified(container, declared);
  if (excluded !== undefined) return { is: 'unreachable', because: excluded };
  if (container.state === 'restarting') {
    return { is: 'held', because: `${container.name} is restarting`, unreachable: 'in a restart loop' };
  }
  if (!isAlive(container)) return { is: 'unreachable', because: `not running (${container.state})` };
  const leaving = departing(container, declared);
  if (leaving) return leaving;
  const health = waitsForHealth(container, declared);
  if (health !== undefined) {
    const because = `${container.name} is ${health}`;
    return { is: 'held', because, unreachable: `its health check says ${health}` };
  }
  return { is: 'routable', because: brief(match.matched) };
}
