import * as z from 'zod';
import { nearest } from './nearest.js';
import { renamedKey } from './renamed-keys.js';
import { configSchema } from './schema.js';
import { keysAt, schemasAt } from './schema-walk.js';
import type { Fault } from './source/problem.js';
import { follow, type Node, type Path, pathText, placeOf } from './source/tree.js';

type Issue = z.core.$ZodIssue;

export interface IssueReading {
  readonly faults: readonly Fault[];
  /** What to take out so that the rest has the right shape. */
  readonly remove: readonly Path[];
}

/** One of zod's issues in our words, at its place. */
export function readIssue(issue: Issue, root: Node, parent: Path = []): IssueReading {
  const path = [...parent, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') return readUnknownKeys(issue.keys, root, path);
  if (issue.code === 'invalid_union') return readUnion(issue, root, path);
  const found = follow(root, path);
  // What is missing cannot be taken out; what it is missing from can.
  const remove = [found ? path : path.slice(0, -1)];
  const at = placeOf(root, path);
  if (!found) {
    const wanted = { allowed: wordFor(expectedIn(issue)) };
    return { faults: [{ at, path, message: `${quoted(path)} is missing`, ...wanted }], remove };
  }
  const asText = issue.code === 'invalid_type' && issue.expected === 'string';
  const words = asText ? describeNoText(found.node, path) : undefined;
  return { faults: [{ at, path, ...(words ?? describe(issue, found.node)) }], remove };
}

/** Of a number where a duration is wanted quotes are not what is missing: what would be wrong with the text is told. */
function describeNoText(node: Node, path: Path): Omit<Fault, 'at' | 'path'> | undefined {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  const text = node.written ?? String(node.value);
  const results = schemasAt(configSchema, path).map(schema => z.safeParse(schema, text));
  const [wrong] = results.flatMap(({ error }) => error?.issues ?? []);
  return wrong && !results.some(({ success }) => success) ? describe(wrong, node) : undefined;
}

function quoted(path: Path): string {
  return `"${pathText(path.slice(-1))}"`;
}

function expectedIn(issue: Issue): string {
  return issue.code === 'invalid_type' ? issue.expected : 'a value';
}

function describe(issue: Issue, node: Node): Omit<Fault, 'at' | 'path'> {
  if (issue.code === 'invalid_type') return mismatch([issue.expected], node);
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const suggestion = nearest(node.kind === 'scalar' ? String(node.value) : '', values);
    const message = `${received(node)} is none of the values this can have`;
    return { message, allowed: values.join(', '), ...(suggestion === undefined ? {} : { suggestion }) };
  }
  if (issue.code === 'too_small') {
    if (issue.origin === 'string') return { message: 'this must not be empty' };
    return { message: `${received(node)} is too small`, allowed: `${String(issue.minimum)} or more` };
  }
  if (issue.code === 'too_big')
    return { message: `${received(node)} is too large`, allowed: `at most ${String(issue.maximum)}` };
  return { message: `${received(node)} ${issue.message}` };
}

function mismatch(expected: readonly string[], node: Node): Omit<Fault, 'at' | 'path'> {
  const wanted = [...new Set(expected.map(wordFor))].join(' or ');
  const message = `${received(node)} stands where ${wanted} is wanted`;
  const suggestion = meant(expected, node);
  return suggestion === undefined ? { message } : { message, suggestion };
}

/** `0644` without quotes is the number 420 or 644; `"yes"` is no boolean. */
function meant(expected: readonly string[], node: Node): string | undefined {
  if (node.kind !== 'scalar') return undefined;
  const written = node.written ?? String(node.value);
  if (expected.includes('string') && typeof node.value !== 'string' && node.value !== null)
    return JSON.stringify(written);
  if (expected.includes('boolean')) {
    if (/^(?:true|yes|on|y|1)$/i.test(written)) return 'true';
    if (/^(?:false|no|off|n|0)$/i.test(written)) return 'false';
  }
  if (/^-?\d{1,15}$/.test(written) && expected.some(kind => kind === 'number' || kind === 'int'))
    return written;
  return undefined;
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function wordFor(kind: string): string {
  return words[kind] ?? kind;
}

function received(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return `the text ${JSON.stringify(shortened(node.value))}`;
  return `${typeof node.value === 'boolean' ? 'the boolean' : 'the number'} ${node.written ?? String(node.value)}`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Of several shapes the one that was meant: whose kind the value has. */
function readUnion(issue: z.core.$ZodIssueInvalidUnion, root: Node, path: Path): IssueReading {
  const isOtherKind = (branch: readonly Issue[]): boolean =>
    branch.some(({ code, path: inside }) => code === 'invalid_type' && inside.length === 0);
  const meantBranch = issue.errors.find(branch => !isOtherKind(branch));
  if (meantBranch) {
    const readings = meantBranch.map(inner => readIssue(inner, root, path));
    return {
      faults: readings.flatMap(({ faults }) => faults),
      remove: readings.flatMap(({ remove }) => remove),
    };
  }
  const found = follow(root, path);
  if (!found) {
    const message = `${quoted(path)} is missing`;
    return { faults: [{ at: placeOf(root, path), path, message }], remove: [path.slice(0, -1)] };
  }
  const expected = issue.errors.flatMap(branch => branch.map(expectedIn));
  return { faults: [{ at: placeOf(root, path), path, ...mismatch(expected, found.node) }], remove: [path] };
}

function readUnknownKeys(keys: readonly string[], root: Node, path: Path): IssueReading {
  const known = keysAt(configSchema, path);
  const remove = keys.map(key => [...path, key]);
  const section = isRule(path) ? 'rule' : pathText(path);
  // Compose lets `x-` keys hold what anchors refer to; so do we.
  const faults = keys
    .filter(key => !key.startsWith('x-'))
    .map(key => {
      const suggestion = renamedKey(section, key) ?? nearest(key, known);
      return {
        at: placeOf(root, [...path, key], 'key'),
        path: [...path, key],
        message: `unknown key ${JSON.stringify(shortened(key))}${path.length === 0 ? '' : ` in ${pathText(path)}`}`,
        allowed: known.filter(name => name !== '$schema').join(', '),
        ...(suggestion === undefined ? {} : { suggestion }),
      };
    });
  return { faults, remove };
}

function isRule(path: Path): boolean {
  const list = path.at(-2);
  return list === 'rules' || list === 'routing_rules';
}
