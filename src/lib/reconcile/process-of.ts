import type { Engine } from '../docker/engine.js';
import { isEngineFailure } from '../docker/failures/engine-error.js';
import type { ContainerProcess } from '../model/namespace.js';
import type { ContainerRef } from '../model/step.js';

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
