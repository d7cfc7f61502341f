import type { EngineInfo } from '../../model/engine-info.js';
import { type Dialect, dockerDialect } from './dialect.js';
import { podmanDialect } from './podman-dialect.js';

/** Which dialect the engine at an endpoint speaks. Whoever answers now need not be who answered before. */
export class SpokenDialect {
  readonly #podman = podmanDialect();
  #kind: Promise<EngineInfo['kind']> | undefined;

  /** What the engine is about to say of itself. Where that fails it is asked again when it matters. */
  listenTo(info: Promise<EngineInfo>): void {
    const kind = info.then(
      ({ kind: said }) => said,
      (error: unknown) => {
        this.#kind = undefined;
        throw error;
      },
    );
    // Told to whoever asked for the info.
    kind.catch(() => undefined);
    this.#kind = kind;
  }

  /** `ask` makes the engine say what it is, and has that listened to. */
  async get(ask: () => Promise<unknown>): Promise<Dialect> {
    if (!this.#kind) await ask();
    return (await this.#kind) === 'podman' ? this.#podman : dockerDialect;
  }

  isPodman(dialect: Dialect): boolean {
    return dialect === this.#podman;
  }
}
