import type { EngineEvent } from '../../src/lib/docker/events/event-source.js';
import { idOf } from './world.js';

/** `container start web`, `network connect web shop`: an event as the adapter hands it on. */
export function engineEvent(told: string, more: Partial<EngineEvent> = {}): EngineEvent {
  const [type = '', action = '', first = '', second] = told.split(' ');
  const isMembership = type === 'network' && second !== undefined;
  return {
    type,
    action,
    id: type === 'network' ? idOf(`net ${second ?? first}`) : idOf(first),
    name: isMembership ? second : first,
    ...(isMembership && { container: idOf(first) }),
    timeNano: '1790000000000000001',
    ...more,
  };
}
