import type { Entry, ListNode, MapNode, Node, Path } from './tree.js';

/** Something to put at a path of a tree, or with nothing to put, to take away from there. */
export interface Edit {
  readonly path: Path;
  readonly node?: Node;
}

/** A tree with all edits made, in one walk: a file can have as many mistakes as lines. */
export function edited(root: Node, edits: readonly Edit[]): Node {
  return edit(root, edits, 0) ?? root;
}

function edit(node: Node, edits: readonly Edit[], depth: number): Node | undefined {
  const here = edits.find(({ path }) => path.length === depth);
  if (here) return here.node;
  if (node.kind === 'scalar') return node;
  const below = byStep(edits, depth);
  return node.kind === 'map' ? editMap(node, below, depth) : editList(node, below, depth);
}

function byStep(edits: readonly Edit[], depth: number): Map<string, Edit[]> {
  const groups = new Map<string, Edit[]>();
  for (const one of edits) {
    const step = String(one.path[depth]);
    const group = groups.get(step);
    if (group) group.push(one);
    else groups.set(step, [one]);
  }
  return groups;
}

function editMap(map: MapNode, below: ReadonlyMap<string, Edit[]>, depth: number): MapNode {
  const entries = new Map<string, Entry>(map.entries);
  for (const [key, edits] of below) {
    const entry = map.entries.get(key);
    if (!entry) continue;
    const node = edit(entry.node, edits, depth + 1);
    if (node) entries.set(key, { at: entry.at, node });
    else entries.delete(key);
  }
  return { ...map, entries };
}

function editList(list: ListNode, below: ReadonlyMap<string, Edit[]>, depth: number): ListNode {
  const items: Node[] = [];
  const positions: number[] = [];
  for (const [index, item] of list.items.entries()) {
    const edits = below.get(String(index));
    const node = edits ? edit(item, edits, depth + 1) : item;
    if (!node) continue;
    items.push(node);
    positions.push(list.positions?.[index] ?? index);
  }
  return { ...list, items, positions };
}

/** The path by which the file knows what a path in an edited tree leads to. */
export function pathInFile(root: Node, path: Path): Path {
  let node: Node | undefined = root;
  return path.map(step => {
    const at: Node | undefined = node;
    if (at?.kind === 'list') {
      node = at.items[Number(step)];
      return at.positions?.[Number(step)] ?? step;
    }
    node = at?.kind === 'map' ? at.entries.get(String(step))?.node : undefined;
    return step;
  });
}
