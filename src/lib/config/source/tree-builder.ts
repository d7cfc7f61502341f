import type { Fault } from './problem.js';
import type { Entry, ListNode, MapNode, Node, Place, Scalar, ScalarNode } from './tree.js';

/** What reading a text gave: the tree as far as there is one, and what is wrong with the text. */
export interface Parsed {
  readonly root?: Node;
  readonly faults: readonly Fault[];
}

/** No config that means something is deeper, and everything that reads a tree recurses into it. */
export const deepest = 50;

/** Values after aliases are expanded: a few lines of YAML can stand for billions of them. */
export const mostValues = 50_000;

/** A text of which no more is worth reading. */
export class Unreadable extends Error {
  readonly at: Place;

  constructor(message: string, at: Place) {
    super(message);
    this.at = at;
  }
}

export function tooDeep(at: Place): Unreadable {
  return new Unreadable(`this is nested deeper than ${String(deepest)} levels`, at);
}

export function tooMany(at: Place): Unreadable {
  return new Unreadable(`there are more than ${String(mostValues)} values up to here`, at);
}

/** Makes the nodes of one document, keeps it within bounds and notes the keys that are given twice. */
export class TreeBuilder {
  readonly faults: Fault[] = [];
  #values = 0;

  scalar(value: Scalar, at: Place, written?: string): ScalarNode {
    this.#count(at);
    return written === undefined ? { kind: 'scalar', at, value } : { kind: 'scalar', at, value, written };
  }

  list(items: readonly Node[], at: Place): ListNode {
    this.#count(at);
    return { kind: 'list', at, items };
  }

  map(entries: ReadonlyMap<string, Entry>, at: Place): MapNode {
    this.#count(at);
    return { kind: 'map', at, entries };
  }

  add(entries: Map<string, Entry>, key: string, entry: Entry): void {
    const first = entries.get(key);
    if (key === '__proto__') {
      this.faults.push({ at: entry.at, message: '"__proto__" is no name for anything' });
    } else if (!first) {
      entries.set(key, entry);
    } else {
      const message = `the key ${JSON.stringify(key)} is already given in line ${String(first.at.line)}`;
      this.faults.push({ at: entry.at, message });
    }
  }

  #count(at: Place): void {
    this.#values += 1;
    if (this.#values > mostValues) throw tooMany(at);
  }
}
