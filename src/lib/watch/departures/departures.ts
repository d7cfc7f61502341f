import type { EngineEvent } from '../../docker/events/event-source.js';
import { escapeLine } from '../../model/escape.js';
import type { Clock } from '../clock.js';
import { Exits } from './exits.js';
import type { HostProcess, HostProcesses } from './host-processes.js';
import { Learning } from './learning.js';
import type { Departing } from './mark-departures.js';
import { meaningOf } from './stop-signal.js';
import type { Trigger } from '../triggers.js';

/**
 * For how long a container may be taken for departing after its last signal: longer than the ten seconds after which
 * `docker stop` kills, so that one that does not end by itself is not joined for a moment before that.
 */
const graceMs = 12_000;
/** For how long somebody who asked to be left in peace until the work is done is looked at. */
const exitsMs = 60_000;
/** An engine that shuts down sends a signal to everybody, some milliseconds apart: whom else it means is known then. */
const settledMs = 10;

const sigkill = '9';

/** More than this at once is no host that one engine can run. */
const mostContainers = 16_384;

/** What is known of a container for what it can be followed by. */
export interface Followable {
  /** The number of its process on this host. */
  readonly pid?: number | undefined;
  /** The number of its own stop signal. */
  readonly stopSignal?: string | undefined;
}

/** A container that is routed to. */
export interface RoutedContainer extends Followable {
  /** Where something of it is yet to be read. */
  readonly read?: ((signal: AbortSignal) => Promise<Followable>) | undefined;
}

/** By ID. */
export type Routed = ReadonlyMap<string, RoutedContainer>;

export interface DeparturesOptions {
  readonly clock: Clock;
  /** Absent where the containers run on another host. */
  readonly processes?: HostProcesses | undefined;
  /** Whether anybody leaves for one that was merely asked to stop. */
  readonly leavesAtStop: () => boolean;
  /** Asks for a look at the proxies. */
  readonly request: (trigger: Trigger) => void;
  readonly signal: AbortSignal;
}

interface Signalled extends Departing {
  /** As the engine wrote it. */
  readonly name: string;
  readonly since: number;
  /** The engine has told of its end: it lists it as ended by now, or soon. */
  readonly died: boolean;
}

/**
 * Containers on their way out, ahead of the engine's list. `docker compose down` looks at a network some milliseconds
 * after the engine has told of the last container's end, and once: who leaves only then is too late. What is known
 * before is that a container was sent SIGKILL, or that its process is gone; both leave nothing that could be cut.
 */
export class Departures {
  readonly #options: DeparturesOptions;
  readonly #departing = new Map<string, Signalled>();
  readonly #processes = new Map<string, HostProcess>();
  /** The number of its stop signal, which a container keeps. */
  readonly #stopSignals = new Map<string, string>();
  readonly #learning = new Learning<Followable>((id, container) => this.#learn(id, container));
  #routed: Routed = new Map();
  /** Started while a pass was reading: what it read of them may be of before. */
  readonly #startedSince = new Set<string>();
  /** Removed while a pass was reading: it may have read of them before, as of containers that run. */
  readonly #goneSince = new Set<string>();
  readonly #exits: Exits | undefined;

  constructor(options: DeparturesOptions) {
    this.#options = options;
    const { clock, processes, signal } = options;
    if (processes) {
      this.#exits = new Exits({ clock, processes, signal, onExit: (id, name) => this.#exited(id, name) });
    }
  }

  /** What is known of each. Live. */
  get departing(): ReadonlyMap<string, Departing> {
    return this.#departing;
  }

  note({ type, action, id, name = id.slice(0, 12), signal }: EngineEvent): void {
    if (type !== 'container' || id === '') return;
    switch (action) {
      case 'start':
        this.#startedSince.add(id);
        this.#processes.delete(id);
        this.#forget(id);
        break;
      case 'destroy':
        this.#processes.delete(id);
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

  /** What is still being read may be of before what this pass reads anew: none of it is taken. */
  passBegins(forget: 'everything' | Iterable<string>): void {
    this.#learning.cutOff();
    this.#learning.forget(forget);
    this.#startedSince.clear();
    for (const id of this.#goneSince) this.#forget(id);
    this.#goneSince.clear();
  }

  /** Takes whom the proxies route to, as a pass has seen it, and begins to read what is yet to be known of them. */
  passEnded(routed: Routed, signal: AbortSignal): void {
    this.#routed = routed;
    for (const known of [this.#processes, this.#stopSignals])
      for (const id of known.keys()) if (!routed.has(id)) known.delete(id);
    for (const [id, container] of routed) this.#learn(id, container);
    const unread = [...routed].flatMap(([id, { read }]) => (read ? [{ id, read }] : []));
    this.#learning.begin(unread, signal);
  }

  /** Events may have been lost: nothing is known any more. */
  forgetAll(): void {
    for (const id of [...this.#departing.keys()]) this.#forget(id);
    this.#processes.clear();
    this.#learning.cutOff();
  }

  #learn(id: string, { pid, stopSignal }: Followable): void {
    if (stopSignal !== undefined) this.#stopSignals.set(id, stopSignal);
    if (pid === undefined || this.#startedSince.has(id) || this.#processes.get(id)?.pid === pid) return;
    const process = this.#options.processes?.find(pid, id);
    if (process) this.#processes.set(id, process);
    else this.#processes.delete(id);
  }

  /** When somebody's time is over. */
  get expiresAt(): number | undefined {
    const [first] = this.#departing.values();
    return first && first.since + graceMs;
  }

  /** Takes out those whose time is over, and gives those of whose end nobody has heard: they may well run on. */
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
    const meaning = meaningOf(signal, this.#stopSignals.get(id));
    if (before === 'ended' || meaning === 'nothing') return;
    // Whatever the signal was for: at an exit nobody is left.
    const process = this.#processes.get(id);
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
    // Not read anew: an inspect of a container that ends waits until the engine is through with it.
    this.#options.request({ forget: [], cause: escapeLine(cause), urgent: true, only: 'proxies' });
  }
}
