import { BackgroundReads } from './background-reads.js';
import type { HostProcess, HostProcesses } from './host-processes.js';

/** By what the end of a container can be seen before the engine tells of it. */
export interface Followable {
  /** The number of its process on this host. */
  readonly pid?: number | undefined;
  /** The number of its own stop signal. */
  readonly stopSignal?: string | undefined;
}

/** A container that a proxy routes to. */
export interface RoutedContainer extends Followable {
  /** Reads what is not known of it yet; absent where nothing is missing. */
  readonly read?: ((signal: AbortSignal) => Promise<Followable>) | undefined;
}

/** By ID. */
export type Routed = ReadonlyMap<string, RoutedContainer>;

/** The processes and stop signals of the containers that proxies route to. */
export class KnownProcesses {
  readonly #source: HostProcesses | undefined;
  readonly #processes = new Map<string, HostProcess>();
  /** A container keeps its stop signal for as long as it exists. */
  readonly #stopSignals = new Map<string, string>();
  readonly #reads = new BackgroundReads<Followable>((id, container) => this.#learn(id, container));
  /** Containers that started while a pass was reading: what it read of them may be from before. */
  readonly #startedSince = new Set<string>();

  /** Without processes where the containers run on another host. */
  constructor(source: HostProcesses | undefined) {
    this.#source = source;
  }

  process(id: string): HostProcess | undefined {
    return this.#processes.get(id);
  }

  stopSignal(id: string): string | undefined {
    return this.#stopSignals.get(id);
  }

  started(id: string): void {
    this.#startedSince.add(id);
    this.#processes.delete(id);
  }

  removed(id: string): void {
    this.#processes.delete(id);
  }

  /** Cuts off all background reads: what the pass reads again would be newer than what they give. */
  passBegins(forget: 'everything' | Iterable<string>): void {
    this.#reads.cutOff();
    this.#reads.forget(forget);
    this.#startedSince.clear();
  }

  /** Keeps what is known of these containers alone, and begins to read what is missing. */
  passEnded(routed: Routed, signal: AbortSignal): void {
    for (const known of [this.#processes, this.#stopSignals])
      for (const id of known.keys()) if (!routed.has(id)) known.delete(id);
    for (const [id, container] of routed) this.#learn(id, container);
    const pending = [...routed].flatMap(([id, { read }]) => (read ? [{ id, read }] : []));
    this.#reads.begin(pending, signal);
  }

  /** Events may have been lost: a number may be another process by now. */
  forgetProcesses(): void {
    this.#processes.clear();
    this.#reads.cutOff();
  }

  #learn(id: string, { pid, stopSignal }: Followable): void {
    if (stopSignal !== undefined) this.#stopSignals.set(id, stopSignal);
    if (pid === undefined || this.#startedSince.has(id) || this.#processes.get(id)?.pid === pid) return;
    const process = this.#source?.find(pid, id);
    if (process) this.#processes.set(id, process);
    else this.#processes.delete(id);
  }
}
