import { type Container, isAlive } from '../model/container.js';
import { type Selector, matchLabel, selectAny } from '../model/selector.js';

/** Whether a container is one that the proxy must reach, and the reason either way. */
export type Routability =
  | { readonly is: 'routable'; readonly because: string }
  /** Between two runs of a restart loop: keeps the proxy where it is, makes it join nothing. */
  | { readonly is: 'restarting'; readonly because: string }
  /** Meant to be routed to, and something stands in the way. */
  | { readonly is: 'unreachable'; readonly because: string }
  /** Has nothing to do with the proxy. */
  | { readonly is: 'unrelated' }
  /** Could not be read: nothing may be concluded from it. */
  | { readonly is: 'unreadable'; readonly because: string };

/** False as Go's strconv.ParseBool reads it, which is how Traefik reads its labels, in any case. */
export function isSwitchedOff(value: string | undefined): boolean {
  return value !== undefined && ['false', 'f', '0', 'no', 'off'].includes(value.trim().toLowerCase());
}

function label(container: Container, key: string): string | undefined {
  const found = Object.keys(container.labels).find(name => name.toLowerCase() === key);
  return found === undefined ? undefined : container.labels[found];
}

/** Why a container that matches does not count. */
function disqualified(container: Container): string | undefined {
  if (label(container, 'com.docker.compose.oneoff')?.toLowerCase() === 'true') return 'a one-off container';
  if (isSwitchedOff(label(container, 'fairlead.proxy'))) return 'opted out by fairlead.proxy';
  if (isSwitchedOff(label(container, 'traefik.enable'))) return 'opted out by traefik.enable=false';
  return undefined;
}

/** Whether deciding on a container takes its environment, and so an inspect. Stopped ones are not asked. */
export function needsEnvironment(routable: Selector, container: Container): boolean {
  const mayCount = isAlive(container) || container.state === 'restarting';
  if (!mayCount || (routable.env ?? []).length === 0) return false;
  return matchLabel(routable.labels ?? [], container.labels) === undefined;
}

/** Whether the proxy must reach a container. */
export function judge(routable: Selector, container: Container): Routability {
  const match = selectAny(routable, container);
  if (match === 'no') return { is: 'unrelated' };
  if (match === 'unreadable') {
    if (!needsEnvironment(routable, container)) return { is: 'unrelated' };
    const why = container.reading.read === 'unreadable' ? container.reading.why : 'it was not inspected';
    return { is: 'unreadable', because: why };
  }
  const excluded = disqualified(container);
  if (excluded !== undefined) return { is: 'unreachable', because: excluded };
  if (container.state === 'restarting') return { is: 'restarting', because: match.matched };
  if (!isAlive(container)) return { is: 'unreachable', because: `not running (${container.state})` };
  return { is: 'routable', because: match.matched };
}
