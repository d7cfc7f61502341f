import stringWidth from 'fast-string-width';

/** Columns wider than this are not waited for: the next column of that line starts where it can. */
const widestColumn = 56;

/**
 * Rows as aligned lines, two spaces between columns, nothing behind the last. Cells are plain text: colour comes
 * after, for it has no width.
 */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      if (column < row.length - 1) {
        widths[column] = Math.max(widths[column] ?? 0, Math.min(stringWidth(cell), widestColumn));
      }
    });
  }
  return rows.map(row =>
    row
      .map((cell, column) =>
        column === row.length - 1
          ? cell
          : cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell))),
      )
      .join('  ')
      .trimEnd(),
  );
}
