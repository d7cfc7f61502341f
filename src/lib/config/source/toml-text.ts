import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { boundBrackets } from './bracket-depth.js';
import { deepest, type Parsed, tooDeep, TreeBuilder } from './tree-builder.js';
import type { Entry, MapNode, Node, Place } from './tree.js';

/** TOML 1.0. Its parser has checked that no key or table is defined twice. */
export function parseToml(text: string): Parsed {
  boundBrackets(text);
  try {
    const [top] = parseTOML(text, { tomlVersion: '1.0' }).body;
    const reader = new TomlReader();
    return { root: reader.read(top), faults: reader.builder.faults };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const at = { line: error.lineNumber, column: error.column + 1 };
    return { faults: [{ at, message: error.message.charAt(0).toLowerCase() + error.message.slice(1) }] };
  }
}

/** A table that later lines of the file may still add to. */
interface OpenTable extends MapNode {
  readonly entries: Map<string, Entry>;
}

/** A list of tables (`[[name]]`) that later ones may be added to. */
interface OpenList {
  readonly kind: 'list';
  readonly at: Place;
  readonly items: Node[];
}

class TomlReader {
  readonly builder = new TreeBuilder();

  read(top: AST.TOMLTopLevelTable): Node {
    const root = this.#table(startOf(top));
    for (const node of top.body) {
      if (node.type === 'TOMLKeyValue') {
        this.#assign(root, node, 0);
        continue;
      }
      const table = this.#open(root, node);
      for (const pair of node.body) this.#assign(table, pair, node.resolvedKey.length);
    }
    return root;
  }

  #table(at: Place): OpenTable {
    const table = this.builder.map(new Map(), at);
    return table as OpenTable;
  }

  /** The table a header names, with the tables and lists on the way to it. */
  #open(root: OpenTable, { resolvedKey, key }: AST.TOMLTable): OpenTable {
    this.#bound(resolvedKey.length, startOf(key));
    let table = root;
    let keys = 0;
    for (const [index, step] of resolvedKey.entries()) {
      if (typeof step === 'number') continue;
      const at = startOf(key.keys[keys] ?? key);
      keys += 1;
      const position = resolvedKey[index + 1];
      table =
        typeof position === 'number' ? this.#item(table, step, position, at) : this.#child(table, step, at);
    }
    return table;
  }

  #child(table: OpenTable, key: string, at: Place): OpenTable {
    const known = table.entries.get(key)?.node;
    if (known?.kind === 'map') return known as OpenTable;
    const child = this.#table(at);
    table.entries.set(key, { at, node: child });
    return child;
  }

  #item(table: OpenTable, key: string, position: number, at: Place): OpenTable {
    let list = table.entries.get(key)?.node as OpenList | undefined;
    if (!list) {
      list = this.builder.list([], at) as OpenList;
      table.entries.set(key, { at, node: list });
    }
    list.items[position] ??= this.#table(at);
    return list.items[position] as OpenTable;
  }

  #assign(table: OpenTable, pair: AST.TOMLKeyValue, depth: number): void {
    const { keys } = pair.key;
    this.#bound(depth + keys.length, startOf(pair.key));
    let target = table;
    for (const key of keys.slice(0, -1)) target = this.#child(target, nameOf(key), startOf(key));
    const last = keys.at(-1);
    if (!last) return;
    const entry = { at: startOf(last), node: this.#value(pair.value, depth + keys.length) };
    this.builder.add(target.entries, nameOf(last), entry);
  }

  #value(node: AST.TOMLContentNode, depth: number): Node {
    const at = startOf(node);
    this.#bound(depth, at);
    if (node.type === 'TOMLArray')
      return this.builder.list(
        node.elements.map(element => this.#value(element, depth + 1)),
        at,
      );
    if (node.type === 'TOMLInlineTable') {
      const table = this.#table(at);
      for (const pair of node.body) this.#assign(table, pair, depth + 1);
      return table;
    }
    if (node.kind === 'string' || node.kind === 'boolean') return this.builder.scalar(node.value, at);
    if (node.kind === 'integer' || node.kind === 'float')
      return this.builder.scalar(node.value, at, node.number);
    return this.builder.scalar(node.datetime, at);
  }

  #bound(depth: number, at: Place): void {
    if (depth > deepest) throw tooDeep(at);
  }
}

function startOf(node: { readonly loc: AST.SourceLocation }): Place {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 };
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}
