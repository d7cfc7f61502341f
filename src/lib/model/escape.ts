/**
 * Control characters, what has no shape of its own (directions, joiners, tags), line separators and halves of
 * characters: whatever could move the cursor, colour the terminal, reorder the line or hide in it.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

function hex(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** Text from labels, names and engines made safe to print: unsafe characters are shown as escapes. */
export function escapeText(text: string): string {
  return text.replace(unsafe, character => {
    const point = character.codePointAt(0) ?? 0;
    return short[character] ?? (point > 0xffff ? `\\u{${point.toString(16)}}` : hex(point));
  });
}

/** One line of at most `limit` characters: what an engine says may be a page. */
export function escapeLine(text: string, limit = 300): string {
  const line = escapeText(text.slice(0, limit * 4).trim());
  if (line.length <= limit && text.length <= limit * 4) return line;
  // Not in the middle of a character.
  return `${line.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** JSON that says the same and is as safe to print. Its own line breaks stay. */
export function escapeJson(json: string): string {
  return json.replace(unsafe, character =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) => hex(character.charCodeAt(i))).join(''),
  );
}
