import type { Container } from './container.js';
import type { ContainerProcess } from './namespace.js';

/** The process of a container that was inspected and runs. */
export function processOf({ id, name, reading }: Container): ContainerProcess | undefined {
  if (reading.read !== 'details' || reading.details.pid === 0) return undefined;
  const { pid, startedAt } = reading.details;
  return { id, name, pid, startedAt };
}
