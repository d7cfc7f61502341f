import type { HostProcess, HostProcesses } from '../../src/lib/watch/departures/host-processes.js';

/** Processes that end when they are told to. */
export class FakeProcesses implements HostProcesses {
  /** Of each container, by number of the process. */
  readonly running = new Map<number, string>();
  looks = 0;

  find(pid: number, containerId: string): HostProcess | undefined {
    return this.running.get(pid) === containerId ? { pid, began: containerId } : undefined;
  }

  isOver({ pid, began }: HostProcess): boolean {
    this.looks += 1;
    return this.running.get(pid) !== began;
  }
}
