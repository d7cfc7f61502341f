import type { EngineEvent } from '../docker/events/event-source.js';
import { escapeLine } from '../model/escape.js';

/** A reason to look again. */
export interface Trigger {
  /** Whose details and namespace may have changed; the lists are read every time. */
  readonly forget: 'everything' | readonly string[];
  /** What is in the kernel is read anew of all of them. */
  readonly kernelAnew?: boolean;
  /** Escaped. */
  readonly cause: string;
  /** Something ended, and its network may be the next to go. */
  readonly urgent?: boolean;
  /** All the rest will be asked for by another event. */
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

/** An event that does not say whose it is may be anybody's. */
function naming(id: string | undefined): 'everything' | readonly string[] {
  return id === undefined || id === '' ? 'everything' : [id];
}

/**
 * What an event may have changed. The rest is nothing to us: a health check alone makes three `exec_…` every few
 * seconds for each container. No event says what *is*: they come in any order, some twice and some not at all
 * (engine facts E5, E6).
 */
export function triggerOf(event: EngineEvent): Trigger | undefined {
  const { type, action, id, container } = event;
  switch (type) {
    case 'container':
      if (!containerActions.has(action)) return undefined;
      return { forget: naming(id), cause: causeOf(event), urgent: endings.has(action) };
    case 'network':
      if (!networkActions.has(action)) return undefined;
      return {
        forget: action === 'connect' || action === 'disconnect' ? naming(container) : [],
        cause: causeOf(event),
        urgent: endings.has(action),
      };
    case 'daemon':
      return action === 'overflow' ? { forget: 'everything', cause: 'events were lost' } : undefined;
    default:
      return undefined;
  }
}
