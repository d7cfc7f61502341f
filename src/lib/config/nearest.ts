/** Longer text is no typing error of anything known, and comparing it would cost time. */
const longest = 80;

/** Of a thousand names each is near to another, and looking through them for every mistake takes its time. */
const mostCandidates = 200;

/**
 * The candidate a misspelt word probably stands for: at most a third of it may differ. Letter case and the
 * choice between `-`, `_` and `.` do not count.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > longest) return undefined;
  const wanted = fold(word);
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  let looked = 0;
  for (const candidate of candidates) {
    looked += 1;
    if (looked > mostCandidates) break;
    if (candidate === word) continue;
    const edits = editDistance(wanted, fold(candidate), fewest);
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

function fold(word: string): string {
  return word.toLowerCase().replace(/[-.\s]/g, '_');
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). Only the cells near the
 * diagonal are looked at: the others need more edits than the limit.
 */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  const width = b.length + 1;
  const cells = new Uint8Array((a.length + 1) * width).fill(limit);
  for (let column = 0; column <= Math.min(b.length, limit); column += 1) cells[column] = column;
  for (let row = 1; row <= a.length; row += 1) {
    const at = row * width;
    if (row <= limit) cells[at] = row;
    const last = Math.min(b.length, row + limit);
    for (let column = Math.max(1, row - limit); column <= last; column += 1) {
      const same = a.charCodeAt(row - 1) === b.charCodeAt(column - 1);
      const above = at - width + column;
      let edits = Math.min(
        cell(cells, at + column - 1) + 1,
        cell(cells, above) + 1,
        cell(cells, above - 1) + (same ? 0 : 1),
      );
      if (isSwap(a, b, row, column)) edits = Math.min(edits, cell(cells, above - width - 2) + 1);
      cells[at + column] = Math.min(edits, limit);
    }
  }
  return cell(cells, a.length * width + b.length);
}

function cell(cells: Uint8Array, index: number): number {
  return cells[index] ?? 255;
}

function isSwap(a: string, b: string, row: number, column: number): boolean {
  return row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
}
