import { type Parsed, tooDeep, Unreadable } from './tree-builder.js';

export type Format = 'yaml' | 'toml' | 'json';

/**
 * The tree of a text and everything wrong with the text. Each parser is loaded only for its own format, and
 * nothing it throws goes past here: to whoever wrote the file, a parser that gives up is a file that is wrong.
 */
export async function parseText(text: string, format: Format): Promise<Parsed> {
  try {
    switch (format) {
      case 'yaml':
        return (await import('./yaml-text.js')).parseYaml(text);
      case 'toml':
        return (await import('./toml-text.js')).parseToml(text);
      case 'json':
        return (await import('./json-text.js')).parseJson(text);
    }
  } catch (error) {
    const refusal = error instanceof RangeError ? tooDeep({ line: 1, column: 1 }) : error;
    if (refusal instanceof Unreadable) return { faults: [{ at: refusal.at, message: refusal.message }] };
    const why = refusal instanceof Error ? refusal.message : String(refusal);
    const message = `this cannot be read as ${format.toUpperCase()}: ${why}`;
    return { faults: [{ at: { line: 1, column: 1 }, message }] };
  }
}
