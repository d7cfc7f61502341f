import type { EngineEvent } from '../../docker/events/event-source.js';
import type { Report } from '../../model/report.js';
import type { Connect, Disconnect, Step } from '../../model/step.js';
import { objectOf } from './step-object.js';

/**
 * A join is outdated only when the pass has taken this long. One too many is taken back by the next pass; held back at
 * once, a proxy would never join a container that lives for a moment and is restarted all the time.
 */
const joinMs = 1000;
/** A host whose containers come and go all the time delays a step by this many passes and no more. */
const mostPasses = 3;
/** A pass that takes minutes on a busy host does not remember more events than this. */
const mostContainers = 4096;

const outdated = 'a container came or went after the pass had begun; the next pass decides';

type Membership = Connect | Disconnect;

/** Joins and leaves of proxies. A leave of a network that is gone looks at the engine again by itself. */
function isConcerned(step: Step): step is Membership {
  if (step.job !== 'proxies') return false;
  return step.do === 'connect' || (step.do === 'disconnect' && step.stale !== true);
}

/** Containers that came to their networks, or left them, since a pass began. */
class Movements {
  readonly #networks = new Map<string, Set<string>>();
  readonly #located = new Set<string>();
  readonly #elsewhere = new Set<string>();
  #tooMany = false;

  /** Without a network: the container started or died, and it is not known where. */
  add(container: string, network?: string): void {
    this.#tooMany ||= this.#located.size + this.#elsewhere.size >= mostContainers;
    if (this.#tooMany) return;
    if (network === undefined) {
      this.#elsewhere.add(container);
      return;
    }
    this.#located.add(container);
    const containers = this.#networks.get(network) ?? new Set();
    this.#networks.set(network, containers.add(container));
  }

  /** Whether any other container than the step's may have come to the step's network, or left it. */
  concern({ container, network }: Membership): boolean {
    if (this.#tooMany) return true;
    const there = network.id === undefined ? [] : (this.#networks.get(network.id) ?? []);
    // Docker tells of each network that a container comes to or leaves; Podman tells only that it started or died.
    const elsewhere = [...this.#elsewhere].filter(id => !this.#located.has(id));
    return [...there, ...elsewhere].some(id => id !== container.id);
  }
}

/**
 * Joins and leaves of proxies that events have outdated. A pass looks once and may then take minutes: an application
 * that was about to restart serves clients again by the time its proxy would leave. Such a step is held back, and the
 * pass that the same event asks for plans from what is there then.
 */
export class OutdatedSteps {
  #came = new Movements();
  #went = new Movements();
  #eventsLost = false;
  #begunAt = 0;
  /** In how many passes in a row each of them was held back. */
  readonly #passes = new Map<string, number>();

  passBegins(now: number): void {
    this.#begunAt = now;
    this.#came = new Movements();
    this.#went = new Movements();
    this.#eventsLost = false;
  }

  note({ type, action, id, container }: EngineEvent): void {
    if (type === 'network' && container !== undefined) {
      if (action === 'connect') this.#came.add(container, id);
      if (action === 'disconnect') this.#went.add(container, id);
    }
    if (type === 'container' && action === 'start') this.#came.add(id);
    if (type === 'container' && action === 'die') this.#went.add(id);
  }

  /** Whatever was looked at may have changed. */
  noteLostEvents(): void {
    this.#eventsLost = true;
  }

  heldBack(step: Step, now: number): string | undefined {
    if (!isConcerned(step)) return undefined;
    if (step.do === 'connect' && now - this.#begunAt < joinMs) return undefined;
    const movements = step.do === 'connect' ? this.#went : this.#came;
    if (!this.#eventsLost && !movements.concern(step)) return undefined;
    const { key } = objectOf(step);
    const passes = (this.#passes.get(key) ?? 0) + 1;
    this.#passes.set(key, passes);
    return passes > mostPasses ? undefined : outdated;
  }

  /** Forgets the steps that the pass has done, or did not plan. */
  record({ results }: Report): void {
    const left = new Set(
      results.flatMap(({ step, note }) => (note === outdated ? [objectOf(step).key] : [])),
    );
    for (const key of this.#passes.keys()) if (!left.has(key)) this.#passes.delete(key);
  }
}
