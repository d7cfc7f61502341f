import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node as YamlNode,
  Parser,
} from 'yaml';
import type { Fault } from './problem.js';
import { deepest, mostValues, type Parsed, tooDeep, tooMany, TreeBuilder } from './tree-builder.js';
import type { Entry, Node, Place } from './tree.js';

type Token = Parser['stack'][number];

/** YAML 1.2 with merge keys, one document. */
export function parseYaml(text: string): Parsed {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [first, second] = compose(tokensOf(text, lines, placeAt));
  if (!first) return { root: nothing, faults: [] };
  const faults: Fault[] = [...first.errors, ...first.warnings]
    .slice(0, mostTold)
    .map(({ code, message, pos: [offset] }) => ({
      at: placeAt(offset),
      message: code === 'TAB_AS_INDENT' ? 'a tab indents this line, where YAML wants spaces' : message,
    }));
  if (second)
    faults.push({
      at: placeAt(second.range[0]),
      message: 'a second document begins; a config is one document',
    });
  if (faults.length > 0) return { faults };
  const reader = new YamlReader(placeAt);
  const root = reader.read(first.contents, 0, first.range[0]);
  const empty = root.kind === 'scalar' && root.value === null;
  return { root: empty ? nothing : root, faults: reader.builder.faults };
}

/** A file that says nothing is a config that says nothing. */
const nothing: Node = { kind: 'map', at: { line: 1, column: 1 }, entries: new Map() };

/**
 * The tokens of a text. The composer recurses, and at the end of its stack Node.js itself dies (a regular
 * expression that cannot be compiled), so depth and number are bounded here, where nothing recurses yet.
 */
function tokensOf(text: string, lines: LineCounter, placeAt: (offset: number) => Place): Token[] {
  const parser = new Parser(lines.addNewLine);
  const tokens: Token[] = [];
  lines.addNewLine(0);
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    lexemes += 1;
    if (parser.stack.length > 2 * deepest) throw tooDeep(placeAt(parser.offset));
    // A value is a handful of lexemes: indicators, spaces, line ends.
    if (lexemes > 6 * mostValues || tokens.length > mostStray) throw tooMany(placeAt(parser.offset));
  }
  tokens.push(...parser.end());
  for (const token of tokens) {
    if (token.type === 'document' && strayIn(token) > mostStray) throw tooMany(placeAt(token.offset));
  }
  return tokens;
}

function strayIn({ start, end, value }: Extract<Token, { type: 'document' }>): number {
  const behind = value && 'end' in value ? value.end : undefined;
  return start.length + (end?.length ?? 0) + (Array.isArray(behind) ? behind.length : 0);
}

/** Directives, comments and errors outside of any value: each error costs a message, and nobody reads a thousand. */
const mostStray = 1000;

/** The first document and, if there is one, the second; errors of duplicate keys are ours to tell. */
function compose(tokens: readonly Token[]): (Document.Parsed | undefined)[] {
  const documents = new Composer({ uniqueKeys: false, prettyErrors: false }).compose(tokens);
  const found: Document.Parsed[] = [];
  for (const document of documents) {
    if (document.contents !== null || document.errors.length > 0 || found.length === 0) found.push(document);
    if (found.length === 2) break;
  }
  return found;
}

/** Of the errors of a text that is no YAML at all. */
const mostTold = 100;

class YamlReader {
  readonly builder = new TreeBuilder();
  readonly #anchors = new Map<string, YamlNode>();
  readonly #placeAt: (offset: number) => Place;

  constructor(placeAt: (offset: number) => Place) {
    this.#placeAt = placeAt;
  }

  /** Aliases are resolved by a map of ours: yaml's own search walks the document for each of them. */
  read(node: unknown, depth: number, offset: number): Node {
    const at = this.#placeAt(rangeStart(node) ?? offset);
    if (depth > deepest) throw tooDeep(at);
    if (isAlias(node)) return this.#readAlias(node.source, depth, at);
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return this.#readMap(node.items, depth, at);
    if (isSeq(node))
      return this.builder.list(
        node.items.map(item => this.read(item, depth + 1, offset)),
        at,
      );
    return isScalar(node) ? this.#readScalar(node.value, node.source, at) : this.builder.scalar(null, at);
  }

  /** What an alias stands for, shown where the anchor defines it. */
  #readAlias(name: string, depth: number, at: Place): Node {
    const target = this.#anchors.get(name);
    if (target) return this.read(target, depth + 1, 0);
    this.builder.faults.push({ at, message: `the alias *${name} has no anchor &${name} before it` });
    return this.builder.scalar(null, at);
  }

  #readScalar(value: unknown, source: string | undefined, at: Place): Node {
    if (typeof value === 'string') return this.builder.scalar(value, at);
    if (typeof value === 'number' || typeof value === 'boolean' || value === null)
      return this.builder.scalar(value, at, source);
    return this.builder.scalar(source ?? '', at);
  }

  #readMap(pairs: readonly { key: unknown; value: unknown }[], depth: number, at: Place): Node {
    const entries = new Map<string, Entry>();
    const merged: Entry[] = [];
    for (const { key, value } of pairs) {
      const keyAt = this.#placeAt(rangeStart(key) ?? rangeStart(value) ?? 0);
      const name = this.#keyOf(key, keyAt);
      if (name === undefined) continue;
      const node = this.read(value, depth + 1, rangeEnd(key) ?? 0);
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merged.push({ at: keyAt, node });
      else this.builder.add(entries, name, { at: keyAt, node });
    }
    for (const { at: keyAt, node } of merged) this.#merge(entries, node, keyAt);
    return this.builder.map(entries, at);
  }

  /** Keys are text: `1001:` is the app "1001". */
  #keyOf(key: unknown, at: Place): string | undefined {
    if (isScalar(key) && key.value !== null) return typeof key.value === 'string' ? key.value : key.source;
    this.builder.faults.push({ at, message: 'a key must be a word or text' });
    return undefined;
  }

  /** `<<: *base` or `<<: [*a, *b]`: what is given directly wins, then what comes first. */
  #merge(entries: Map<string, Entry>, node: Node, at: Place): void {
    for (const source of node.kind === 'list' ? node.items : [node]) {
      if (source.kind !== 'map') {
        this.builder.faults.push({ at, message: '"<<" merges maps, and this is none' });
        continue;
      }
      for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
    }
  }
}

function rangeStart(node: unknown): number | undefined {
  return (node as YamlNode | null | undefined)?.range?.[0];
}

function rangeEnd(node: unknown): number | undefined {
  return (node as YamlNode | null | undefined)?.range?.[1];
}
