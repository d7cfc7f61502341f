import type { Engine } from '../docker/engine.js';
import type { Container } from '../model/container.js';

/** Younger than this a list is taken for the present: no container ends and another has its address in that time. */
const recentMs = 100;

/** The containers of this moment, asked for again as a run goes on, and not for each of its steps. */
export class RecentContainers {
  readonly #engine: Engine;
  #asked = -Infinity;
  #containers: readonly Container[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async now(): Promise<readonly Container[]> {
    if (performance.now() - this.#asked > recentMs) {
      const asked = performance.now();
      this.#containers = await this.#engine.listContainers();
      this.#asked = asked;
    }
    return this.#containers;
  }
}
