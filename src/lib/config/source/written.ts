import type { Format } from './parse-text.js';

type Mapping = Readonly<Record<string, unknown>>;

const plainWord = /^[A-Za-z0-9_][\w.*/=-]*$/;
/** Plain words that YAML reads as something else than text. */
const notText = /^(?:true|false|null|yes|no|on|off|~|[\d.]+(?:e\d+)?|0x[\da-f]+)$/i;

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function word(text: string, format: Format): string {
  return format === 'yaml' && plainWord.test(text) && !notText.test(text) ? text : JSON.stringify(text);
}

function key(text: string, format: Format): string {
  const isBare = format === 'toml' && /^[\w-]+$/.test(text);
  return isBare ? text : word(text, format);
}

/** A value in one line, in the words of a format. */
function inline(value: unknown, format: Format): string {
  if (Array.isArray(value)) return `[${value.map(item => inline(item, format)).join(', ')}]`;
  if (isMapping(value)) {
    const sign = format === 'toml' ? ' = ' : ': ';
    const pairs = Object.entries(value).map(
      ([name, part]) => `${key(name, format)}${sign}${inline(part, format)}`,
    );
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  return typeof value === 'string' ? word(value, format) : JSON.stringify(value);
}

/** How a key with a map or a list is written: in YAML a line for the key, and one for what is in it. */
export function written(name: string, value: unknown, format: Format): string[] {
  if (format === 'toml') return [`${key(name, format)} = ${inline(value, format)}`];
  if (format === 'json') return [`${JSON.stringify(name)}: ${inline(value, format)}`];
  const parts = Array.isArray(value)
    ? value.map(item => `  - ${inline(item, format)}`)
    : Object.entries(value as Mapping).map(
        ([part, inner]) => `  ${key(part, format)}: ${inline(inner, format)}`,
      );
  return [`${key(name, format)}:`, ...parts];
}
