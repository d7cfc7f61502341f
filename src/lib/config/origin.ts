import type { Override } from './settings.js';
import { follow, type Node, type Path, type Place, placeOf } from './source/tree.js';

/** Where a value of the effective config comes from. */
export type Origin =
  | { readonly from: 'flag' | 'environment'; readonly name: string }
  | { readonly from: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly from: 'default' };

/** What of a config was said where. */
export class Origins {
  readonly #file: string | undefined;
  readonly #root: Node;
  readonly #overrides: readonly Override[];

  /** `root` is the file's tree; overrides later in the list come before earlier ones. */
  constructor(file: string | undefined, root: Node, overrides: readonly Override[]) {
    this.#file = file;
    this.#root = root;
    this.#overrides = overrides;
  }

  /** The flag or variable that gives the value at a path or what it is in. */
  overrideAt(path: Path): Override | undefined {
    return this.#overrides.findLast(override => override.path.every((step, index) => step === path[index]));
  }

  originOf(path: Path): Origin {
    const override = this.overrideAt(path);
    if (override) return { from: override.from, name: override.name };
    if (this.#file === undefined || !follow(this.#root, path)) return { from: 'default' };
    const place: Place = placeOf(this.#root, path);
    return { from: 'file', file: this.#file, ...place };
  }
}
