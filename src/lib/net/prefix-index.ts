import type { Prefix } from './prefix.js';

/**
 * Prefixes with something each, and which of them overlaps another. Two prefixes overlap exactly where one
 * contains the other, so a look at the prefix's own ancestors, and at those of all others, finds it without
 * comparing each with each.
 */
export class PrefixIndex<T> {
  readonly #members = new Map<string, readonly [prefix: Prefix, value: T]>();
  readonly #inside = new Map<string, readonly [prefix: Prefix, value: T]>();

  add(prefix: Prefix, value: T): void {
    for (const key of ancestors(prefix)) if (!this.#inside.has(key)) this.#inside.set(key, [prefix, value]);
    const own = keyOf(prefix, prefix.length);
    if (!this.#members.has(own)) this.#members.set(own, [prefix, value]);
  }

  /** One that overlaps the prefix, if any does. */
  overlapping(prefix: Prefix): readonly [prefix: Prefix, value: T] | undefined {
    for (const key of ancestors(prefix)) {
      const found = this.#members.get(key);
      if (found) return found;
    }
    return this.#inside.get(keyOf(prefix, prefix.length));
  }
}

/** The prefix itself and everything that contains it, as keys. */
function* ancestors(prefix: Prefix): Generator<string> {
  for (let length = prefix.length; length >= 0; length -= 1) yield keyOf(prefix, length);
}

function keyOf({ family, first }: Prefix, length: number): string {
  const bits = family === 4 ? 32 : 128;
  return `${String(family)}/${String(length)}/${(first >> BigInt(bits - length)).toString(36)}`;
}
