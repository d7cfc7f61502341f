const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/**
 * Text from labels, names and engines made safe to print: what could move the cursor, colour the terminal or
 * reorder the line is shown as an escape.
 */
export function escapeText(text: string): string {
  return text.replace(
    unsafe,
    character => short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One line of at most `limit` characters: what an engine says may be a page. */
export function escapeLine(text: string, limit = 300): string {
  const line = escapeText(text.trim());
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}
