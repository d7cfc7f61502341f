import { type Container, lastReadOf } from './container.js';
import type { ContainerProcess } from './namespace.js';

/** The process of a container that runs: as it was inspected, or, where it cannot be, as it was the last time. */
export function processOf(container: Container): ContainerProcess | undefined {
  const { id, name } = container;
  const { pid = 0, startedAt = '' } = lastReadOf(container) ?? {};
  return pid === 0 ? undefined : { id, name, pid, startedAt };
}
