import type { Container, ContainerDetails, LastRead } from '../../model/container.js';
import type { HostNetworking } from '../../model/kernel-view.js';
import type { ContainerProcess, NamespaceReading, NamespaceState } from '../../model/namespace.js';
import type { Network } from '../../model/network.js';
import type { Step } from '../../model/step.js';
import type { NamespaceQuestion } from '../../netns/kernel.js';

interface Remembered<T> {
  /** What the list said of the container when it was read: when that changes, so may the rest have. */
  readonly as: string;
  readonly value: T;
}

/**
 * What an engine that hangs over a container is given when it is asked about it again, and the longest that it is given: no
 * call takes longer. Each further try takes twice the time of the one before, for an inspect may take long for good.
 */
const patienceMs = { first: 2000, longest: 20_000 };
/** The wait before a try, if no event names the container, is this many times as long: the rest is the passes'. */
const waitPerPatience = 15;

/** What was read of one run of a container. */
interface LastState {
  readonly process: ContainerProcess;
  readonly state: NamespaceState;
}

/** An inspect that the engine did not answer in time. */
export interface Unanswered {
  readonly why: string;
  /** Whether it is time to ask once more. */
  readonly isDue: boolean;
  /** How long to wait for the answer then. */
  readonly patienceMs: number;
}

/** A container as the list shows it, in so far as details and namespace hang on it. */
function appearance({ state, endpoints }: Container): string {
  return JSON.stringify([
    state,
    endpoints.map(({ networkName, networkId, ipv4, ipv6, mac }) => [networkName, networkId, ipv4, ipv6, mac]),
  ]);
}

/** The networks as they are listed, in so far as the host's interfaces hang on them. */
function bridgesOf(networks: readonly Network[]): string {
  return networks
    .map(({ id }) => id)
    .sort()
    .join();
}

/**
 * What earlier passes have read, so that a pass after an event reads only what the event can have changed. The lists
 * are read every time and tell on their own of most that an event was missed for.
 */
export class Memory {
  readonly #details = new Map<string, Remembered<ContainerDetails>>();
  readonly #unanswered = new Map<
    string,
    Remembered<Omit<Unanswered, 'isDue'> & { readonly askAgainAt: number }>
  >();
  readonly #namespaces = new Map<string, Remembered<NamespaceReading>>();
  /** What each container had when it was last read, whatever has happened to it since. */
  readonly #lastReads = new Map<string, LastRead>();
  /** What was last read of each namespace, for when a look at it fails. */
  readonly #lastStates = new Map<string, LastState>();
  #host: Remembered<HostNetworking> | undefined;
  #holders: ReadonlySet<string> = new Set();
  readonly #now: () => number;
  #passBegunAt = -Infinity;

  /** `now` gives milliseconds that never go back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  details(container: Container): ContainerDetails | undefined {
    return recall(this.#details, container);
  }

  rememberDetails(container: Container, details: ContainerDetails): void {
    this.#details.set(container.id, { as: appearance(container), value: details });
    const { pid, startedAt, powers, environment } = details;
    this.#lastReads.set(container.id, { pid, startedAt, powers, environment });
    this.#unanswered.delete(container.id);
  }

  /** What was last read of a container. Its process may have ended since: the kernel tells. */
  lastRead({ id }: Container): LastRead | undefined {
    return this.#lastReads.get(id);
  }

  /** The inspect of a container that timed out before. Nobody waits for the same again and again: closings would wait too. */
  unanswered(container: Container): Unanswered | undefined {
    const known = recall(this.#unanswered, container);
    return known && { ...known, isDue: this.#now() >= known.askAgainAt };
  }

  rememberUnanswered(container: Container, why: string): void {
    const before = recall(this.#unanswered, container)?.patienceMs;
    const patience = before === undefined ? patienceMs.first : Math.min(2 * before, patienceMs.longest);
    const askAgainAt = this.#now() + patience * waitPerPatience;
    const value = { why, askAgainAt, patienceMs: patience };
    this.#details.delete(container.id);
    this.#unanswered.set(container.id, { as: appearance(container), value });
  }

  passBegins(): void {
    this.#passBegunAt = this.#now();
  }

  /**
   * In how long the engine is to be asked again for a container that it did not answer for. One whose time had come before
   * the pass began, and that was not asked for, is not needed by now.
   */
  get askAgainInMs(): number | undefined {
    const times = [...this.#unanswered.values()].map(({ value }) => value.askAgainAt);
    const next = Math.min(...times.filter(time => time > this.#passBegunAt));
    return next === Infinity ? undefined : Math.max(0, next - this.#now());
  }

  /** What is known of a namespace, where it answers the question. */
  namespace(container: Container, { warpSide }: NamespaceQuestion): NamespaceReading | undefined {
    const known = recall(this.#namespaces, container);
    return known?.read === 'state' && warpSide && !known.state.warpSide ? undefined : known;
  }

  /** What was last read of the namespace of this very process, where that answers the question. */
  lastState(
    { id, pid, startedAt }: ContainerProcess,
    question: NamespaceQuestion,
  ): NamespaceState | undefined {
    const { process, state } = this.#lastStates.get(id) ?? {};
    const isSameRun = process?.pid === pid && process.startedAt === startedAt;
    return isSameRun && (!question.warpSide || state?.warpSide) ? state : undefined;
  }

  rememberNamespace(container: Container, process: ContainerProcess, reading: NamespaceReading): void {
    if (reading.read === 'state') this.#lastStates.set(container.id, { process, state: reading.state });
    // What could not be read is tried again each time.
    if (reading.read === 'state' || reading.read === 'host') {
      this.#namespaces.set(container.id, { as: appearance(container), value: reading });
    }
  }

  /**
   * Each bridge is an interface of the host's: with other networks it has others. Where it has a guard it is not
   * remembered: somebody who clears the firewall tells nobody.
   */
  host(networks: readonly Network[]): HostNetworking | undefined {
    return this.#host?.as === bridgesOf(networks) ? this.#host.value : undefined;
  }

  rememberHost(networks: readonly Network[], host: HostNetworking): void {
    this.#host = host.guard ? undefined : { as: bridgesOf(networks), value: host };
  }

  /** Where something of ours has come or gone that no step of this run put there or took away, it is read anew. */
  noticeHolders(holders: ReadonlySet<string>): void {
    for (const id of [...this.#namespaces.keys()]) {
      if (holders.has(id) !== this.#holders.has(id)) this.#namespaces.delete(id);
    }
    this.#holders = holders;
  }

  /**
   * What an event may have changed. That the engine did not answer for a container stays known
   * when everything is read again: only an event that names the container is a reason to expect an answer.
   */
  forget(what: 'everything' | Iterable<string>): void {
    if (what === 'everything') {
      this.#details.clear();
      this.forgetKernel();
      return;
    }
    for (const id of what) {
      this.#unanswered.delete(id);
      this.#drop(id);
    }
  }

  /** What a step that failed may have left half changed. That the engine did not answer for it stays known. */
  readAgain(containers: Iterable<string>): void {
    for (const id of containers) this.#drop(id);
  }

  /** What anybody may change without an event: rules cleared inside a namespace, or a table in the host's. */
  forgetKernel(): void {
    this.#namespaces.clear();
    this.#host = undefined;
  }

  forgetStep(step: Step): void {
    switch (step.do) {
      case 'create-network':
      case 'remove-network':
      case 'set-guard':
        this.#host = undefined;
        return;
      case 'recreate-network':
        this.#host = undefined;
        for (const { container } of step.members) this.#drop(container.id);
        return;
      case 'connect':
      case 'disconnect':
      case 'set-routing':
      case 'clear-routing':
      case 'set-nat':
        this.#drop(step.container.id);
    }
  }

  /** What a step of ours has changed does not make an engine answer that hangs. */
  #drop(id: string): void {
    this.#details.delete(id);
    this.#namespaces.delete(id);
    this.#lastStates.delete(id);
  }

  /** Forgets containers that are there no more: what a pass remembers is bounded by what there is. */
  keepOnly(containers: readonly Container[]): void {
    const present = new Set(containers.map(({ id }) => id));
    const remembered = [
      ...[this.#details, this.#unanswered, this.#namespaces],
      ...[this.#lastReads, this.#lastStates],
    ];
    for (const each of remembered) for (const id of each.keys()) if (!present.has(id)) each.delete(id);
  }
}

function recall<T>(from: ReadonlyMap<string, Remembered<T>>, container: Container): T | undefined {
  const remembered = from.get(container.id);
  return remembered?.as === appearance(container) ? remembered.value : undefined;
}
