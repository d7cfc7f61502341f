import type { EngineEvent } from '../docker/events/event-source.js';
import { escapeLine } from '../model/escape.js';

/** A reason to look again. */
export interface Trigger {
  /** The containers whose details and namespace are read again, by ID. The lists are read by every pass. */
  readonly forget: 'everything' | readonly string[];
  /** Everything that is kept in the kernel is read again. */
  readonly kernelAnew?: boolean;
  /** Escaped. */
  readonly cause: string;
  /** Something ended, and its network may be the next to go. */
  readonly urgent?: boolean;
  /** The ID of the container that the cause is about, where it is about one. */
  readonly container?: string;
  /** The network's side of what happens to that container: its own event says more. */
  readonly isAside?: boolean;
  /** The proxies alone are looked at: another event will ask for the rest. */
  readonly only?: 'proxies';
}

const containerActions = new Set([
  'create',
  'start',
  'die',
  'stop',
  'destroy',
  'rename',
  'pause',
  'unpause',
  'update',
  'health_status',
]);

const endings = new Set(['die', 'stop', 'destroy', 'disconnect']);

const networkActions = new Set(['create', 'connect', 'disconnect', 'destroy']);

const longestCause = 120;

function causeOf({ type, action, id, name }: EngineEvent): string {
  return escapeLine(`${type} ${action} ${name ?? id.slice(0, 12)}`, longestCause);
}

/** An event that names no container may be about any of them. */
function naming(id: string | undefined): 'everything' | readonly string[] {
  return id === undefined || id === '' ? 'everything' : [id];
}

/**
 * What an event may have changed; undefined where it changes nothing that a pass looks at. Most events are of that kind:
 * a health check alone makes three `exec_…` every few seconds for each container. No event is taken for the state itself:
 * they come in any order, some twice and some not at all (engine facts E5, E6).
 */
export function triggerOf(event: EngineEvent): Trigger | undefined {
  const { type, action, id, container } = event;
  switch (type) {
    case 'container':
      if (!containerActions.has(action)) return undefined;
      return {
        forget: naming(id),
        cause: causeOf(event),
        ...(id !== '' && { container: id }),
        urgent: endings.has(action),
      };
    case 'network':
      if (!networkActions.has(action)) return undefined;
      return {
        forget: action === 'connect' || action === 'disconnect' ? naming(container) : [],
        cause: causeOf(event),
        ...(container !== undefined && container !== '' && { container, isAside: true }),
        urgent: endings.has(action),
      };
    case 'daemon':
      return action === 'overflow' ? { forget: 'everything', cause: 'events were lost' } : undefined;
    default:
      return undefined;
  }
}
