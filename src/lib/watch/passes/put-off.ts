import type { Report } from '../../model/report.js';
import type { Disconnect, Step } from '../../model/step.js';

/** A restart of an application is over by then. A proxy stays this long on the network of one that ended for good. */
const graceMs = 10_000;

interface PutOffStep {
  readonly since: number;
  /** Its wait is over, and a pass was asked for to do it. */
  readonly isDue: boolean;
}

const keyOf = ({ container, network }: Disconnect): string => `${container.id} ${network.id ?? network.name}`;

const isCostly = (step: Step): step is Disconnect => step.do === 'disconnect' && step.cutsClients === true;

/**
 * Leaves that would cut a proxy's clients. `docker restart` of an application would cut them twice: when the proxy leaves
 * and when it joins again. So such a leave waits until passes have wanted it for some seconds. It is forgotten once a pass
 * no longer wants it.
 */
export class PutOff {
  readonly #steps = new Map<string, PutOffStep>();

  heldBack(step: Step, now: number): string | undefined {
    if (!isCostly(step)) return undefined;
    const key = keyOf(step);
    const { since } = this.#steps.get(key) ?? { since: now };
    if (!this.#steps.has(key)) this.#steps.set(key, { since, isDue: false });
    return now < since + graceMs
      ? 'it would cut clients, and its application may be back in a moment'
      : undefined;
  }

  /** Forgets the leaves that a pass has done, or did not want any more. */
  record({ results }: Report): void {
    const wanted = new Set(
      results.flatMap(({ step, outcome }) => (isCostly(step) && outcome !== 'done' ? [keyOf(step)] : [])),
    );
    for (const key of this.#steps.keys()) if (!wanted.has(key)) this.#steps.delete(key);
  }

  /** When the first wait is over. A pass must be made then. */
  get expiresAt(): number | undefined {
    const waiting = [...this.#steps.values()].filter(({ isDue }) => !isDue);
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ since }) => since + graceMs));
  }

  expire(now: number): void {
    for (const [key, step] of this.#steps) {
      if (step.since + graceMs <= now) this.#steps.set(key, { ...step, isDue: true });
    }
  }
}
