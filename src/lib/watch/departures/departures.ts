import type { EngineEvent } from '../../docker/events/event-source.js';
import { escapeLine } from '../../model/escape.js';
import type { Clock } from '../clock.js';
import { Exits } from './exits.js';
import type { HostProcesses } from './host-processes.js';
import { KnownProcesses, type Routed } from './known-processes.js';
import type { Departing } from './mark-departures.js';
import { meaningOf } from './stop-signal.js';
import type { Trigger } from '../triggers.js';

/**
 * For how long a container is taken for departing after its last signal. That is longer than the ten seconds after which
 * `docker stop` kills: else a container that takes all of them would be joined again for a moment before its end.
 */
const graceMs = 12_000;
/** For how long the process of a container is watched after a signal: some finish their work first. */
const exitsMs = 60_000;
/** An engine that shuts down signals its containers some milliseconds apart. After this wait all of them are known. */
const settledMs = 10;

const sigkill = '9';

/** More than this at once is no host that one engine can run. */
const mostContainers = 16_384;

export interface DeparturesOptions {
  readonly clock: Clock;
  /** Absent where the containers run on another host. */
  readonly processes?: HostProcesses | undefined;
  /** Whether any proxy leaves as soon as a container is asked to stop. */
  readonly leavesAtStop: () => boolean;
  /** Asks for a pass over the proxies. */
  readonly request: (trigger: Trigger) => void;
  readonly signal: AbortSignal;
}

interface Signalled extends Departing {
  /** As the engine wrote it. */
  readonly name: string;
  readonly since: number;
  /** The engine has told of its end: by now, or soon, it lists the container as ended. */
  readonly died: boolean;
}

/**
 * Containers that are about to end, known before the engine lists them as ended. `docker compose down` tries to remove a
 * network once, some milliseconds after the engine has told of the last container's end: a proxy that leaves only then
 * is too late. Before that it is known that a container was sent SIGKILL, or that its process is gone. In both cases no
 * connection is left that the proxy could cut by leaving.
 */
export class Departures {
  readonly #options: DeparturesOptions;
  readonly #departing = new Map<string, Signalled>();
  readonly #known: KnownProcesses;
  #routed: Routed = new Map();
  /** Containers that were removed while a pass was reading: its list may show them as running. */
  readonly #goneSince = new Set<string>();
  readonly #exits: Exits | undefined;

  constructor(options: DeparturesOptions) {
    this.#options = options;
    const { clock, processes, signal } = options;
    this.#known = new KnownProcesses(processes);
    if (processes) {
      this.#exits = new Exits({ clock, processes, signal, onExit: (id, name) => this.#exited(id, name) });
    }
  }

  /** What is known of each, by ID. It changes as events come. */
  get departing(): ReadonlyMap<string, Departing> {
    return this.#departing;
  }

  note({ type, action, id, name = id.slice(0, 12), signal }: EngineEvent): void {
    if (type !== 'container' || id === '') return;
    switch (action) {
      case 'start':
        this.#known.started(id);
        this.#forget(id);
        break;
      case 'destroy':
        this.#known.removed(id);
        if (this.#departing.has(id)) this.#goneSince.add(id);
        this.#ended(id);
        break;
      case 'die':
        this.#ended(id);
        break;
      case 'kill':
        if (signal === sigkill) this.#killed(id, name);
        else this.#signalled(id, name, signal);
    }
  }

  passBegins(forget: 'everything' | Iterable<string>): void {
    this.#known.passBegins(forget);
    for (const id of this.#goneSince) this.#forget(id);
    this.#goneSince.clear();
  }

  /** Takes the containers that the proxies route to, as a pass has seen them. Follows their ends from now on. */
  passEnded(routed: Routed, signal: AbortSignal): void {
    this.#routed = routed;
    this.#known.passEnded(routed, signal);
  }

  /** Events may have been lost: what was known may be wrong. */
  forgetAll(): void {
    for (const id of [...this.#departing.keys()]) this.#forget(id);
    this.#known.forgetProcesses();
  }

  /** When the first of them is no longer taken for departing. */
  get expiresAt(): number | undefined {
    const [first] = this.#departing.values();
    return first && first.since + graceMs;
  }

  /** Removes those that are no longer taken for departing. Returns the IDs of those that did not end, as far as is known. */
  expire(now: number): readonly string[] {
    const surviving: string[] = [];
    for (const [id, { is, since, died }] of this.#departing) {
      if (since + graceMs > now) break;
      this.#departing.delete(id);
      if (!died && is !== 'signalled') surviving.push(id);
    }
    return surviving;
  }

  #killed(id: string, name: string): void {
    this.#exits?.unfollow(id);
    const before = this.#departing.get(id)?.is;
    this.#set(id, 'ended', name);
    if (before !== 'ended') this.#request(id, `container kill ${name}`);
  }

  #signalled(id: string, name: string, signal: string | undefined): void {
    const before = this.#departing.get(id)?.is;
    const meaning = meaningOf(signal, this.#known.stopSignal(id));
    if (before === 'ended' || meaning === 'nothing') return;
    // Whatever the signal was meant for: once the process is gone, no connection is left that could be cut.
    const process = this.#known.process(id);
    if (process) this.#exits?.follow({ id, name }, process, { settledMs, forMs: exitsMs });
    if (meaning === 'stop') this.#asked(id, name);
    else if (meaning === 'perhaps' && before === undefined) this.#set(id, 'signalled', name);
  }

  #asked(id: string, name: string): void {
    this.#set(id, 'stopping', name);
    if (!this.#options.leavesAtStop()) return;
    const { clock, signal } = this.#options;
    void clock.sleep(settledMs, signal).then(() => {
      if (this.#departing.get(id)?.is === 'stopping') this.#request(id, `container kill ${name}`);
    });
  }

  #exited(id: string, name: string): void {
    this.#set(id, 'ended', name);
    this.#request(id, `container exit ${name}`);
  }

  #set(id: string, is: Departing['is'], name: string): void {
    // In the order of their times, for `expire`.
    this.#departing.delete(id);
    this.#departing.set(id, { is, name, since: this.#options.clock.now(), died: false });
    if (this.#departing.size <= mostContainers) return;
    const [oldest] = this.#departing.keys();
    if (oldest !== undefined) this.#departing.delete(oldest);
  }

  #ended(id: string): void {
    this.#exits?.unfollow(id);
    const departing = this.#departing.get(id);
    if (departing) this.#departing.set(id, { ...departing, died: true });
  }

  #forget(id: string): void {
    this.#departing.delete(id);
    this.#exits?.unfollow(id);
  }

  #request(id: string, cause: string): void {
    if (!this.#routed.has(id)) return;
    // Its details are not read again: an inspect of a container that ends waits until the engine is through with it.
    this.#options.request({ forget: [], cause: escapeLine(cause), urgent: true, only: 'proxies' });
  }
}
