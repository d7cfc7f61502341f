import type { RouteOrigin } from '../routes/route.js';

/** First table of what labels and the config declare, and of what was routed by hand on the command line. */
const firstTable = { declared: 21_400_000, byHand: 21_500_000 };
const tablesOfAKind = 100_000;

/** Whether a table holds what was routed on the command line: later passes keep it. */
export function isByHand(table: number): boolean {
  return table >= firstTable.byHand && table < firstTable.byHand + tablesOfAKind;
}

/** The table that a warp has in a target's namespace, where no other warp there has the same. */
export function tableOf(warpName: string, origin: RouteOrigin): number {
  return firstOf(origin) + (fnv1a32(warpName) % tablesOfAKind);
}

/** A warp as one origin names it: two origins have two tables for it. */
export interface TableUse {
  readonly warpName: string;
  readonly origin: RouteOrigin;
}

/**
 * Gives each warp of one target a table of its own. They follow from the names, so that a warp that is recreated
 * gets its table again; of two names that share a number, the later one in the order of names moves on.
 */
export function assignTables(
  uses: readonly TableUse[],
  taken: ReadonlySet<number>,
): (use: TableUse) => number {
  const assigned = new Map<string, number>();
  const full = new Set(taken);
  const names = [...uses].sort((a, b) => (a.warpName < b.warpName ? -1 : a.warpName > b.warpName ? 1 : 0));
  for (const use of names) {
    if (assigned.has(keyOf(use))) continue;
    let table = tableOf(use.warpName, use.origin);
    while (full.has(table)) table = nextTable(table);
    full.add(table);
    assigned.set(keyOf(use), table);
  }
  return use => assigned.get(keyOf(use)) ?? tableOf(use.warpName, use.origin);
}

function keyOf({ warpName, origin }: TableUse): string {
  return `${String(firstOf(origin))} ${warpName}`;
}

function firstOf(origin: RouteOrigin): number {
  return origin === 'command' ? firstTable.byHand : firstTable.declared;
}

function nextTable(table: number): number {
  const first = isByHand(table) ? firstTable.byHand : firstTable.declared;
  return first + ((table + 1 - first) % tablesOfAKind);
}

/** A table of ours that none of the given is. */
export function spareTable(taken: ReadonlySet<number>): number {
  let table = firstTable.declared + tablesOfAKind - 1;
  while (taken.has(table)) table -= 1;
  return table;
}

/** The 32-bit FNV-1a hash of a text: short, well spread, and the same for ever. */
function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
