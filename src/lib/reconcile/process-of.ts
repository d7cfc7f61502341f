import type { Engine } from '../docker/engine.js';
import { isEngineFailure } from '../docker/engine-error.js';
import type { Container } from '../model/container.js';
import type { ContainerProcess } from '../model/namespace.js';
import type { ContainerRef } from '../model/step.js';

/** The process of a container that was inspected and runs. */
export function processOf({ id, name, reading }: Container): ContainerProcess | undefined {
  if (reading.read !== 'details' || reading.details.pid === 0) return undefined;
  return { id, name, pid: reading.details.pid, startedAt: reading.details.startedAt };
}

/** The process a container has now; undefined where it has none. */
export async function currentProcess(
  engine: Engine,
  { id, name }: ContainerRef,
): Promise<ContainerProcess | undefined> {
  try {
    const { pid, startedAt } = await engine.inspectContainer({ id, name });
    return pid === 0 ? undefined : { id, name, pid, startedAt };
  } catch (error) {
    if (isEngineFailure(error, 'not-found')) return undefined;
    throw error;
  }
}
