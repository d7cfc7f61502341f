import type { FairleadConfig } from '../../lib/config/schema.js';
import type { Engine } from '../../lib/docker/engine.js';
import type { Container } from '../../lib/model/container.js';
import type { World } from '../../lib/model/world.js';
import { proxyDeclarations } from '../../lib/proxies/declaration.js';
import { routedBy } from '../../lib/proxies/routed.js';
import type { Memory } from '../../lib/reconcile/observe/memory.js';
import type { Routed } from '../../lib/watch/departures/departures.js';

export interface RoutedSources {
  readonly engine: Engine;
  readonly memory: Memory;
  readonly config: FairleadConfig;
  /** Whether the processes of the engine's containers may be to be seen from here. */
  readonly isHere: boolean;
  readonly signal: AbortSignal;
}

/** One that is known by a label was not inspected for the plan: that is made up for, once, when all is done. */
async function pidOf(
  container: Container,
  { engine, memory, signal }: RoutedSources,
): Promise<number | undefined> {
  if (container.reading.read === 'details') return container.reading.details.pid;
  const known = memory.details(container);
  if (known) return known.pid;
  try {
    const details = await engine.inspectContainer(container, signal);
    memory.rememberDetails(container, details);
    return details.pid;
  } catch {
    // Gone by now, or not to be read: its end will be heard of when the engine tells of it.
    return undefined;
  }
}

/** Whom the proxies route to, by what a pass has seen. */
export async function routedIn(seen: World, sources: RoutedSources): Promise<Routed> {
  const routed = new Map<string, number | undefined>();
  for (const container of routedBy(proxyDeclarations(sources.config), seen)) {
    routed.set(container.id, sources.isHere ? await pidOf(container, sources) : undefined);
  }
  return routed;
}
