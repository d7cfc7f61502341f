import type { FairleadConfig } from '../../lib/config/schema.js';
import type { Engine } from '../../lib/docker/engine.js';
import type { Container, ContainerDetails } from '../../lib/model/container.js';
import type { World } from '../../lib/model/world.js';
import { proxyDeclarations } from '../../lib/proxies/declaration.js';
import { routedBy } from '../../lib/proxies/routed.js';
import type { Memory } from '../../lib/reconcile/observe/memory.js';
import type { Followable, Routed, RoutedContainer } from '../../lib/watch/departures/known-processes.js';
import { stopSignalNumber } from '../../lib/watch/departures/stop-signal.js';

export interface RoutedSources {
  readonly engine: Engine;
  readonly memory: Memory;
  readonly config: FairleadConfig;
  /** Whether the processes of the engine's containers may be to be seen from here. */
  readonly isHere: boolean;
}

/** Whether any proxy leaves for a container that was merely asked to stop. */
export function leavesAtStop({ proxies }: FairleadConfig): boolean {
  return proxies.some(({ leave_at }) => leave_at === 'stop');
}

function followable({ pid, stopSignal }: ContainerDetails, { isHere }: RoutedSources): Followable {
  return { pid: isHere ? pid : undefined, stopSignal: stopSignalNumber(stopSignal) };
}

/**
 * One that is known by a label was not inspected for the plan: that is made up for once the pass is over, since no step
 * waits for it. Where neither its process nor its stop signal is of use, it is not.
 */
function describe(container: Container, sources: RoutedSources): RoutedContainer {
  const { engine, memory, config, isHere } = sources;
  const known = container.reading.read === 'details' ? container.reading.details : memory.details(container);
  if (known) return followable(known, sources);
  if (!isHere && !leavesAtStop(config)) return {};
  return {
    read: async signal => {
      const details = await engine.inspectContainer(container, signal);
      // By then a pass has begun that may have to read it anew.
      if (!signal.aborted) memory.rememberDetails(container, details);
      return followable(details, sources);
    },
  };
}

/** Whom the proxies route to, by what a pass has seen. */
export function routedIn(seen: World, sources: RoutedSources): Routed {
  const routed = routedBy(proxyDeclarations(sources.config), seen);
  return new Map(routed.map(container => [container.id, describe(container, sources)]));
}
