import type { World } from '../../lib/model/world.js';
import type { Clock } from '../../lib/watch/clock.js';
import type { LoopEvent } from '../../lib/watch/loop-event.js';
import type { Connection } from '../connection.js';

export interface ObserverOptions {
  readonly metrics: string | undefined;
  readonly json: boolean;
  readonly clock: Clock;
}

/** Everybody who wants to hear how the loop is doing. */
export interface Observers {
  readonly observe: (event: LoopEvent) => void;
  readonly seen: (world: World) => void;
  readonly reloading: () => void;
  readonly reloaded: () => void;
  readonly close: () => Promise<void>;
}

export async function openObservers({ log }: Connection, _options: ObserverOptions): Promise<Observers> {
  return {
    observe: event => {
      if (event.kind !== 'alive') log.info(event.kind, { json: JSON.stringify(event).slice(0, 400) });
    },
    seen: () => undefined,
    reloading: () => undefined,
    reloaded: () => undefined,
    close: async () => {},
  };
}
