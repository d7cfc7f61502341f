import type { Entry, ListNode, MapNode, Node, Path, Place, Scalar } from './tree.js';

/** Where something stands that is in no file. */
export const nowhere: Place = { line: 0, column: 0 };

/** A tree with a value at a path, and with whatever maps it takes to get there. */
export function setAt(root: Node, path: Path, value: Scalar | readonly string[]): Node {
  const [step, ...rest] = path;
  if (step === undefined) return nodeFor(value);
  const map: MapNode = root.kind === 'map' ? root : emptyMap;
  const entries = new Map<string, Entry>(map.entries);
  const below = entries.get(String(step));
  const node = setAt(below?.node ?? emptyMap, rest, value);
  entries.set(String(step), { at: below?.at ?? nowhere, node });
  return { ...map, entries };
}

export const emptyMap: MapNode = { kind: 'map', at: nowhere, entries: new Map() };

function nodeFor(value: Scalar | readonly string[]): Node {
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', at: nowhere, value };
  const items = value.map((item): Node => ({ kind: 'scalar', at: nowhere, value: item }));
  const list: ListNode = { kind: 'list', at: nowhere, items };
  return list;
}
