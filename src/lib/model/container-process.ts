import type { Container, Reading } from './container.js';
import type { ContainerProcess } from './namespace.js';

/** The process of a container that runs: as it was inspected, or, where it cannot be, as it was the last time. */
export function processOf({ id, name, reading }: Container): ContainerProcess | undefined {
  const process = processIn(reading);
  if (!process || process.pid === 0) return undefined;
  const { pid, startedAt } = process;
  return { id, name, pid, startedAt };
}

function processIn(reading: Reading): Pick<ContainerProcess, 'pid' | 'startedAt'> | undefined {
  switch (reading.read) {
    case 'details':
      return reading.details;
    case 'unreadable':
      return reading.lastProcess;
    case 'not-asked':
      return undefined;
  }
}
