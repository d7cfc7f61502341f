import * as z from 'zod';
import { nearest } from './nearest.js';
import { meantRule, ruleGrammar } from './routing-rule.js';
import { configSchema } from './schema.js';
import { schemasAt } from './schema-walk.js';
import { exampleAt } from './shape-example.js';
import type { Fault } from './source/problem.js';
import { type Node, type Path, pathText, type ScalarNode } from './source/tree.js';

type Words = Omit<Fault, 'at' | 'path'>;

/** What is wrong with a value, what is wanted there and what was meant. */
export function describe(issue: z.core.$ZodIssue, node: Node, path: Path): Words {
  if (issue.code === 'invalid_type') return mismatch([issue.expected], node, path);
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const suggestion = nearest(node.kind === 'scalar' ? String(node.value) : '', values);
    const message = `${received(node)} is none of the values this can have`;
    return { message, allowed: values.join(', '), ...suggesting(suggestion) };
  }
  if (issue.code === 'too_small') {
    if (issue.origin === 'string') return { message: `${pathText(path)} must not be empty` };
    return { message: `${received(node)} is too small`, allowed: `${String(issue.minimum)} or more` };
  }
  if (issue.code === 'too_big')
    return { message: `${received(node)} is too large`, allowed: `at most ${String(issue.maximum)}` };
  return { message: `${received(node)} ${issue.message}`, ...suggesting(withUnit(node, path)) };
}

/** A value of a kind that cannot stand there. */
export function mismatch(expected: readonly string[], node: Node, path: Path): Words {
  if (isRule(path) && node.kind === 'scalar' && node.value !== null) {
    const meant = meantRule(textOf(node));
    const suggestion = meant === undefined ? undefined : JSON.stringify(meant);
    return {
      message: `${received(node)} is no routing rule`,
      allowed: ruleGrammar,
      ...suggesting(suggestion),
    };
  }
  const wanted = [...new Set(expected.map(wordFor))].join(' or ');
  const isSingle = node.kind === 'scalar' && node.value !== null;
  const message = isSingle
    ? `${received(node)} stands where ${wanted} is wanted`
    : `${pathText(path)} is ${node.kind === 'scalar' ? 'empty' : received(node)}, where ${wanted} is wanted`;
  const suggestion = meant(expected, node, path);
  if (suggestion !== undefined) return { message, suggestion };
  const kind = expected.includes('array') ? 'list' : isMapping(expected) ? 'map' : undefined;
  const example = kind && exampleAt(path, kind, node);
  return { message, ...(example && { example }) };
}

function isMapping(expected: readonly string[]): boolean {
  return expected.includes('object') || expected.includes('record');
}

function suggesting(suggestion: string | undefined): Pick<Words, 'suggestion'> {
  return suggestion === undefined ? {} : { suggestion };
}

function textOf({ written, value }: ScalarNode): string {
  return written ?? String(value);
}

/** Whether a text would do at a path. */
function fits(text: string, path: Path): boolean {
  return schemasAt(configSchema, path).some(schema => z.safeParse(schema, text).success);
}

const units = { ms: /^(?:ms|milli)/, s: /^s/, m: /^m/, h: /^h/ };

/** `5` is five seconds and `5 min` is `5m` where a duration is wanted; `9324` is a port where an address is. */
function withUnit(node: Node, path: Path): string | undefined {
  if (node.kind !== 'scalar') return undefined;
  const [, amount = '', unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]*)$/i.exec(textOf(node)) ?? [];
  if (amount === '') return undefined;
  const [known] = Object.entries(units).find(([, spelt]) => spelt.test(unit.toLowerCase())) ?? [];
  const readings = [`${amount}${known ?? 's'}`, `:${amount}`];
  const meant = readings.find(text => text !== textOf(node) && fits(text, path));
  return meant === undefined ? undefined : JSON.stringify(meant);
}

/** What a value of another kind was meant as: `0644` without quotes is the number 420 or 644; `"yes"` is no boolean. */
function meant(expected: readonly string[], node: Node, path: Path): string | undefined {
  if (expected.includes('boolean')) return meantBoolean(node, path);
  if (node.kind === 'list') return meantPorts(expected, node);
  if (node.kind === 'map' || node.value === null) return undefined;
  const text = textOf(node);
  if (expected.includes('array') && fitsInList(text, path)) return `[${JSON.stringify(text)}]`;
  if (expected.includes('string') && typeof node.value !== 'string') return JSON.stringify(text);
  const isNumber = expected.some(kind => kind === 'number' || kind === 'int');
  return isNumber && /^-?\d{1,15}$/.test(text) ? text : undefined;
}

function fitsInList(text: string, path: Path): boolean {
  return text !== '' && text.length <= longest && fits(text, [...path, 0]);
}

/** Compose had `external: { name: NAME }`, and a name in its place is met as well. */
function meantBoolean(node: Node, path: Path): string | undefined {
  if (node.kind === 'list') return undefined;
  const inner = node.kind === 'map' ? node.entries.get('name')?.node : node;
  if (inner?.kind !== 'scalar' || inner.value === null) return undefined;
  const text = textOf(inner);
  if (node.kind === 'scalar') {
    if (/^(?:true|yes|on|y|1)$/i.test(text)) return 'true';
    if (/^(?:false|no|off|n|0)$/i.test(text)) return 'false';
  }
  const isExternal = path.length === 3 && path[0] === 'networks' && path[2] === 'external';
  if (!isExternal || text.length > longest) return undefined;
  return path[1] === text ? 'true' : `true, with name: ${JSON.stringify(text)} beside it`;
}

/** `[80, 443]` is `"80,443"`, and of a list of one text the text was meant. */
function meantPorts(
  expected: readonly string[],
  { items }: Extract<Node, { kind: 'list' }>,
): string | undefined {
  if (!expected.includes('string') || expected.includes('array')) return undefined;
  const texts = items.flatMap(item => (item.kind === 'scalar' && item.value !== null ? [textOf(item)] : []));
  if (texts.length !== items.length || texts.join(',').length > longest) return undefined;
  const arePorts = expected.some(kind => kind === 'number' || kind === 'int');
  return arePorts || texts.length === 1 ? JSON.stringify(texts.join(',')) : undefined;
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

export function wordFor(kind: string): string {
  return words[kind] ?? kind;
}

function received(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return `the text ${JSON.stringify(shortened(node.value))}`;
  return `${typeof node.value === 'boolean' ? 'the boolean' : 'the number'} ${textOf(node)}`;
}

/** Of somebody's text no more than is told. */
const longest = 60;

export function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** Whether a path leads to a routing rule. */
function isRule(path: Path): boolean {
  const list = path.at(-2);
  return list === 'rules' || list === 'routing_rules';
}
