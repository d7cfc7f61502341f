import type { Place } from './tree.js';
import { deepest, mostValues, tooDeep, tooMany } from './tree-builder.js';

/** Strings of JSON and TOML, in which nothing counts, comments of TOML, and what structure is made of. */
const interesting =
  /"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|#[^\n]*|[[\]{}=,.\n]/g;

/**
 * Refuses JSON or TOML that is too deep or too long for a parser that recurses, before it is given to one. What
 * this misreads in broken text does not matter: the parser says what is wrong with it.
 */
export function boundBrackets(text: string): void {
  let depth = 0;
  let dots = 0;
  let values = 0;
  for (const { 0: token, index } of text.matchAll(interesting)) {
    // `a.b.c` is nesting too, with or without quotes around its parts.
    dots = token === '.' ? dots + 1 : /^["']/.test(token) ? dots : 0;
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (token === ',' || token === '\n') values += 1;
    if (depth > deepest || dots > deepest) throw tooDeep(placeIn(text, index));
    if (values > mostValues) throw tooMany(placeIn(text, index));
  }
}

export function placeIn(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}
