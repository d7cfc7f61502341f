import type { Engine } from '../../lib/docker/engine.js';
import type { EngineInfo } from '../../lib/model/engine-info.js';

/**
 * What an engine says of itself, asked once for as long as it is followed: it takes longer to answer than both lists
 * (it starts programs to ask them for their versions), and another version is another process, whose events are
 * followed anew.
 */
export class KnownEngine {
  #of: Engine | undefined;
  #info: EngineInfo | undefined;

  forget(): void {
    this.#info = undefined;
  }

  /** The same engine, which is not asked again. */
  knowing(engine: Engine): Engine {
    if (this.#of !== engine) this.forget();
    this.#of = engine;
    return {
      ...engine,
      info: async signal => {
        const info = this.#info ?? (await engine.info(signal));
        if (this.#of === engine) this.#info = info;
        return info;
      },
    };
  }
}
