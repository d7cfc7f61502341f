import type { Container, ContainerDetails, LastRead } from '../../model/container.js';
import type { HostNetworking } from '../../model/kernel-view.js';
import type { ContainerProcess, NamespaceReading, NamespaceState } from '../../model/namespace.js';
import type { Network } from '../../model/network.js';
import type { Step } from '../../model/step.js';
import type { NamespaceQuestion } from '../../netns/kernel.js';
import { type Remembered, appearance, recall } from './appearance.js';
import { type Unanswered, UnansweredInspects } from './unanswered-inspects.js';

/** What was read of one run of a container. */
interface LastState {
  readonly process: ContainerProcess;
  readonly state: NamespaceState;
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
  readonly #unanswered: UnansweredInspects;
  readonly #namespaces = new Map<string, Remembered<NamespaceReading>>();
  /** What each container had when it was last read, whatever has happened to it since. */
  readonly #lastReads = new Map<string, LastRead>();
  /** What was last read of each namespace, for when a look at it fails. */
  readonly #lastStates = new Map<string, LastState>();
  #host: Remembered<HostNetworking> | undefined;
  #holders: ReadonlySet<string> = new Set();

  /** `now` gives milliseconds that never go back. */
  constructor(now: () => number = () => performance.now()) {
    this.#unanswered = new UnansweredInspects(now);
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

  unanswered(container: Container): Unanswered | undefined {
    return this.#unanswered.of(container);
  }

  rememberUnanswered(container: Container, why: string): void {
    this.#details.delete(container.id);
    this.#unanswered.add(container, why);
  }

  /** Milliseconds until the engine is to be asked again for a container that it did not answer for. */
  get askAgainInMs(): number | undefined {
    return this.#unanswered.askAgainInMs;
  }

  passBegins(): void {
    this.#unanswered.passBegins();
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
    const remembered = [this.#details, this.#namespaces, this.#lastReads, this.#lastStates];
    for (const each of remembered) for (const id of each.keys()) if (!present.has(id)) each.delete(id);
    this.#unanswered.keepOnly(present);
  }
}
