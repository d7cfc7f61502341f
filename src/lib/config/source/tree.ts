/** A place in a file, counted from 1 as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Scalar = string | number | boolean | null;

/** What a file says, whatever its format, with the place of everything. */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: Place;
  readonly value: Scalar;
  /** As written, where that differs from the value: `0644` for 644, a date for its text. */
  readonly written?: string;
  /** True where variables were put in: text such as `true` may then stand for what it says. */
  readonly interpolated?: true;
}

export interface ListNode {
  readonly kind: 'list';
  readonly at: Place;
  readonly items: readonly Node[];
  /** Their positions in the file, where some were taken out. */
  readonly positions?: readonly number[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly at: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  /** Where the key stands. */
  readonly at: Place;
  readonly node: Node;
}

export type Path = readonly (string | number)[];

/** The plain value of a node. Maps have no prototype: a key `__proto__` is a key like any other. */
export function valueOf(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(valueOf);
    case 'map': {
      const value = Object.create(null) as Record<string, unknown>;
      for (const [key, entry] of node.entries) value[key] = valueOf(entry.node);
      return value;
    }
  }
}

/** The entry or item that a path leads to. */
export function follow(root: Node, path: Path): Entry | undefined {
  let found: Entry = { at: root.at, node: root };
  for (const step of path) {
    const next = child(found.node, step);
    if (!next) return undefined;
    found = next;
  }
  return found;
}

function child(node: Node, step: string | number): Entry | undefined {
  if (node.kind === 'map') return node.entries.get(String(step));
  const item = node.kind === 'list' ? node.items[Number(step)] : undefined;
  return item && { at: item.at, node: item };
}

/**
 * Where a path stands in the file: a single value itself, a map, a list or nothing (`key:`) by its key. What is
 * not there is shown at the nearest thing around it.
 */
export function placeOf(root: Node, path: Path, part: 'key' | 'value' = 'value'): Place {
  for (let length = path.length; length >= 0; length -= 1) {
    const found = follow(root, path.slice(0, length));
    if (!found) continue;
    const single = found.node.kind === 'scalar' && found.node.value !== null;
    return single && part === 'value' && length === path.length ? found.node.at : found.at;
  }
  return root.at;
}

/** `networks.backend.ipam.config[0].subnet`, keys that are no plain words in quotes. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${String(step)}]`;
    const word = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
    return text === '' ? word : `${text}.${word}`;
  }, '');
}
