import { type AnyNode, type MemberNode, parse } from '@humanwhocodes/momoa';
import { boundBrackets } from './bracket-depth.js';
import { deepest, type Parsed, tooDeep, TreeBuilder } from './tree-builder.js';
import type { Entry, Node, Place } from './tree.js';

/** JSON as RFC 8259 has it: no comments, no trailing commas. */
export function parseJson(text: string): Parsed {
  boundBrackets(text);
  try {
    const builder = new TreeBuilder();
    const root = new JsonReader(text, builder).read(parse(text).body, 0);
    return { root, faults: builder.faults };
  } catch (error) {
    if (isSyntaxError(error))
      return { faults: [{ at: { line: error.line, column: error.column }, message: told(error) }] };
    throw error;
  }
}

interface MomoaError extends Error {
  readonly line: number;
  readonly column: number;
}

function isSyntaxError(error: unknown): error is MomoaError {
  return error instanceof Error && 'line' in error && 'column' in error;
}

/** The parser's words without its own note of the place. */
function told(error: MomoaError): string {
  const message = error.message.replace(/ found\. \(\d+:\d+\)$/, '');
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** What momoa lets through in strings and JSON does not. */
const rawControl = /[\u0000-\u001f]/;

class JsonReader {
  readonly #text: string;
  readonly #builder: TreeBuilder;

  constructor(text: string, builder: TreeBuilder) {
    this.#text = text;
    this.#builder = builder;
  }

  read(node: AnyNode, depth: number): Node {
    const at = startOf(node);
    if (depth > deepest) throw tooDeep(at);
    if (node.type === 'Object') return this.#builder.map(this.#readMembers(node.members, depth), at);
    if (node.type === 'Array') {
      const items = node.elements.map(({ value }) => this.read(value, depth + 1));
      return this.#builder.list(items, at);
    }
    if (node.type === 'String') this.#refuseRawControl(node);
    const single = node.type === 'String' || node.type === 'Boolean' || node.type === 'Number';
    return this.#builder.scalar(single ? node.value : null, at);
  }

  #readMembers(members: readonly MemberNode[], depth: number): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const { name, value } of members) {
      if (name.type === 'String') this.#refuseRawControl(name);
      const key = name.type === 'String' ? name.value : name.name;
      this.#builder.add(entries, key, { at: startOf(name), node: this.read(value, depth + 1) });
    }
    return entries;
  }

  #refuseRawControl(node: AnyNode): void {
    const { start, end } = node.loc;
    if (!rawControl.test(this.#text.slice(start.offset, end.offset))) return;
    const message = 'a line end or control character in a string must be written as an escape such as \\n';
    this.#builder.faults.push({ at: startOf(node), message });
  }
}

function startOf({ loc: { start } }: AnyNode): Place {
  return { line: start.line, column: start.column };
}
