import type { Entry, ListNode, MapNode, Node, Path } from './tree.js';

/** A tree with one node put in the place of another, or taken out where there is none to put in. */
export function replaceAt(root: Node, path: Path, replacement: Node | undefined): Node {
  const [step, ...rest] = path;
  if (step === undefined) return replacement ?? root;
  if (root.kind === 'map') return replaceEntry(root, String(step), rest, replacement);
  return root.kind === 'list' ? replaceItem(root, Number(step), rest, replacement) : root;
}

function replaceEntry(root: MapNode, key: string, rest: Path, replacement: Node | undefined): Node {
  const entry = root.entries.get(key);
  if (!entry) return root;
  const entries = new Map<string, Entry>(root.entries);
  if (rest.length === 0 && !replacement) entries.delete(key);
  else entries.set(key, { at: entry.at, node: replaceAt(entry.node, rest, replacement) });
  return { ...root, entries };
}

function replaceItem(root: ListNode, index: number, rest: Path, replacement: Node | undefined): Node {
  const item = root.items[index];
  if (!item) return root;
  const taken = rest.length === 0 && !replacement;
  const items = root.items.flatMap((node, at) => {
    if (at !== index) return [node];
    return taken ? [] : [replaceAt(node, rest, replacement)];
  });
  const positions = (root.positions ?? root.items.map((_, at) => at)).filter(
    (_, at) => !taken || at !== index,
  );
  return { ...root, items, positions };
}

/** The path by which the file knows what a path in a pruned tree leads to. */
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
