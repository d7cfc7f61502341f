/**
 * The numbers of the routing tables that are ours: 214xxxxx for what is declared, 215xxxxx for what was routed by hand.
 * Nothing outside of them is ever taken for ours, whatever protocol number somebody has put on it: not the main table.
 */
const first = 21_400_000;
const last = 21_599_999;

/** Of the route that tells of NAT in a warp: it routes nothing, and is no part of a namespace's routing. */
export const beaconTable = 21_600_000;

export function isOwnTable(table: number): boolean {
  return table >= first && table <= last;
}

/** Whether /proc/PID/net/fib_trie, which lists the IPv4 tables of a namespace, names one of ours. */
export function hasOwnTable(trie: string): boolean {
  return [...trie.matchAll(/^Id (\d+):$/gm)].some(
    ([, id]) => isOwnTable(Number(id)) || Number(id) === beaconTable,
  );
}
