/**
 * What a terminal shows after all that was written to it: enough of its language for what the program uses. Throws
 * on what it does not know, so that no sequence goes unseen.
 */
export function screenOf(written: string): string[] {
  const rows: string[] = [''];
  let row = 0;
  let column = 0;
  const pattern = /\u001b\[\??(\d*)(?:;\d+)*([A-Za-z])|\r|\n|[^\u001b\r\n]+|\u001b/g;
  for (const [text, count = '', command] of written.matchAll(pattern)) {
    const amount = count === '' ? 1 : Number(count);
    const line = rows[row] ?? '';
    switch (command) {
      case undefined:
        if (text === '\r') column = 0;
        else if (text === '\n') {
          row += 1;
          rows[row] ??= '';
        } else if (text === '\u001b') throw new Error('an escape that is no sequence');
        else {
          const padded = line.padEnd(column);
          rows[row] = padded.slice(0, column) + text + padded.slice(column + text.length);
          column += text.length;
        }
        break;
      case 'A':
        row = Math.max(0, row - amount);
        break;
      case 'B':
        row += amount;
        break;
      case 'G':
        column = amount - 1;
        break;
      case 'K':
        rows[row] = count === '2' ? '' : line.slice(0, column);
        break;
      // Colours, and the cursor hidden and shown.
      case 'm':
      case 'l':
      case 'h':
        break;
      default:
        throw new Error(`a sequence that is not known: ${JSON.stringify(text)}`);
    }
  }
  return rows.map(line => line.trimEnd());
}
